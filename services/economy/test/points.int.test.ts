/** The app's own checklist: what engagements earn, at the level of wallets, statements and journal events. */
import { randomUUID } from 'node:crypto';
import { events } from '@fanfare/contracts';
import type { EngagementRecorded } from '@fanfare/contracts/social/event/v1/social_events';
import { eventually } from '@fanfare/testing';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { publishedEvents } from './published-events.ts';
import { runningService } from './running-service.ts';
import { engagement, type SocialProducer, socialProducer } from './social-producer.ts';

const { walletOf, statement, sql, natsUrl } = runningService({ replicas: 2 });
let social: SocialProducer;
let lastUser = 1000n;
const newUser = (): bigint => {
  lastUser += 1n;
  return lastUser;
};
const points = async (userId: bigint): Promise<string | undefined> => (await walletOf(userId))[2];

beforeAll(async () => {
  social = await socialProducer(natsUrl());
  // Nobody but the service under test makes the stream.
  await eventually(() => social.publish([engagement({ actorFollowingCount: 0n, creatorFollowerCount: 0n })]));
});
afterAll(() => social.close());

/** Publishes, and waits until all of it has been handled. */
async function engage(...engagements: Partial<EngagementRecorded>[]): Promise<void> {
  await social.publish(engagements.map((each) => engagement(each)));
  await social.handled();
}

describe('viewer earnings', () => {
  test.each([
    ['likes video', '+1 LykCoin', 'video_liked', 'POINT 1.00', 'Liked a video'],
    ['views video', '+1 LykCoin', 'video_viewed', 'POINT 1.00', 'Viewed a video'],
    ['shares video', '+2 LykCoins', 'video_shared', 'POINT 2.00', 'Shared a video'],
    ['comments', '+2 LykCoins', 'comment_posted', 'POINT 2.00', 'Commented on a video'],
  ])('user with 100+ following %s: receives %s', async (_, __, action, expected, reason) => {
    const viewer = newUser();
    await engage({ action, actorId: viewer, actorFollowingCount: 100n });
    expect(await points(viewer)).toBe(expected);
    const { transactions } = await statement(viewer);
    expect(transactions).toMatchObject([{ action, reason, balanceBefore: { minor: 0n } }]);
  });

  test.each(['video_liked', 'video_viewed', 'video_shared', 'comment_posted'])(
    'user with <100 following: receives NO LykCoins by %s',
    async (action) => {
      const viewer = newUser();
      await engage({ action, actorId: viewer, actorFollowingCount: 99n });
      expect(await points(viewer)).toBe('POINT 0.00');
    },
  );
});

describe('creator earnings', () => {
  test.each([
    ['uploads video', '+5 LykCoins', 'video_uploaded', 'video_uploaded', 'POINT 5.00', 'Uploaded a video'],
    ['gets 1 like', '+1 LykCoin', 'video_liked', 'like_received', 'POINT 1.00', 'Your video received a like'],
    ['gets 1 view', '+0.1 LykCoin', 'video_viewed', 'view_received', 'POINT 0.10', 'Your video received a view'],
    ['gets 1 share', '+1 LykCoin', 'video_shared', 'share_received', 'POINT 1.00', 'Your video received a share'],
  ])('creator with 1000+ followers %s: receives %s', async (_, __, action, award, expected, reason) => {
    const creator = newUser();
    const actorId = action === 'video_uploaded' ? creator : newUser();
    await engage({ action, actorId, creatorId: creator, creatorFollowerCount: 1000n });
    expect(await points(creator)).toBe(expected);
    expect((await statement(creator)).transactions).toMatchObject([{ action: award, reason }]);
  });

  test.each(['video_uploaded', 'video_liked', 'video_viewed', 'video_shared'])(
    'creator with <1000 followers: receives NO LykCoins by %s',
    async (action) => {
      const creator = newUser();
      const actorId = action === 'video_uploaded' ? creator : newUser();
      await engage({ action, actorId, creatorId: creator, creatorFollowerCount: 999n });
      expect(await points(creator)).toBe('POINT 0.00');
    },
  );
});

describe("one's own content", () => {
  it('earns nothing by being looked at, liked, shared or commented on', async () => {
    const creator = newUser();
    const own = { actorId: creator, creatorId: creator, actorFollowingCount: 5000n, creatorFollowerCount: 5000n };
    const actions = ['video_viewed', 'video_liked', 'video_shared', 'comment_posted'];
    await engage(...actions.map((action) => ({ ...own, action })));
    expect(await points(creator)).toBe('POINT 0.00');
  });
});

describe('wallet events', () => {
  it('user likes video: liker and creator each get one journal event that says how their balance moved', async () => {
    const [viewer, creator, videoId] = [newUser(), newUser(), randomUUID()];
    await engage({ actorId: viewer, creatorId: creator, videoId, videoTitle: 'Amazing Dance' });
    const journals = await eventually(async () => {
      const posted = await publishedEvents(natsUrl(), events.journalPosted);
      const found = posted.filter(({ context }) => context.includes(videoId));
      expect(found).toHaveLength(2);
      return found;
    });
    expect(journals.map(({ reason }) => reason).sort()).toEqual(['Liked a video', 'Your video received a like']);
    const liked = journals.find(({ reason }) => reason === 'Liked a video');
    expect(liked?.legs.filter(({ account }) => account?.ownerId === viewer)).toMatchObject([
      { action: 'video_liked', minor: 100n, balanceAfterMinor: 100n },
    ]);
    expect(liked?.balances).toMatchObject([{ userId: viewer, pointMinor: 100n }]);
    expect(JSON.parse(liked?.context ?? '').metadata).toEqual({
      videoId,
      videoTitle: 'Amazing Dance',
      userType: 'viewer',
    });
  });

  it('wallet balance updates correctly over many actions', async () => {
    const [viewer, creator] = [newUser(), newUser()];
    const actions = ['video_viewed', 'video_liked', 'video_shared', 'comment_posted'];
    const videos = ['a', 'b', 'c'];
    await engage(
      ...videos.flatMap((video) =>
        actions.map((action) => ({ action, actorId: viewer, creatorId: creator, videoId: `${viewer}-${video}` })),
      ),
    );
    // (1 + 1 + 2 + 2) and (0.1 + 1 + 1) for each of three videos.
    expect([await points(viewer), await points(creator)]).toEqual(['POINT 18.00', 'POINT 6.30']);
  });
});

describe('multiple rapid actions', () => {
  it('do not duplicate points: fifty at once over two replicas pay once', async () => {
    const [viewer, creator, videoId] = [newUser(), newUser(), randomUUID()];
    const like = { actorId: viewer, creatorId: creator, videoId };
    await engage(
      ...Array.from({ length: 50 }, (_, n) => ({
        ...like,
        videoTitle: `Title ${n}`,
        actorFollowingCount: 100n + BigInt(n),
        creatorFollowerCount: 1000n + BigInt(n),
      })),
    );
    await engage({ ...like, occurredAt: undefined });
    expect([await points(viewer), await points(creator)]).toEqual(['POINT 1.00', 'POINT 1.00']);
  });

  it('do not pay again when the same event is delivered again, nor for a like after an unlike', async () => {
    const [viewer, creator] = [newUser(), newUser()];
    const like = engagement({ actorId: viewer, creatorId: creator });
    const eventId = randomUUID();
    await social.publish([like], eventId);
    await social.publish([like], eventId);
    await engage({ ...like, engagementId: randomUUID() });
    expect([await points(viewer), await points(creator)]).toEqual(['POINT 1.00', 'POINT 1.00']);
  });
});

describe('an engagement that is none', () => {
  it('becomes a dead letter at once, and those around it are paid', async () => {
    const [before, after] = [newUser(), newUser()];
    await engage({ actorId: before }, { action: 'video_watched', actorId: before }, { actorId: after });
    expect([await points(before), await points(after)]).toEqual(['POINT 1.00', 'POINT 1.00']);
    const letters = await sql("select attempts from platform.dead_letters where consumer = 'economy-engagement'");
    expect(letters).toEqual([{ attempts: 1 }]);
  });
});

describe('views of a video', () => {
  it('are credited one by one, and shown together: one event with their number, sum and the last balance', async () => {
    const [creator, videoId] = [newUser(), randomUUID()];
    const view = { action: 'video_viewed', creatorId: creator, videoId, actorFollowingCount: 0n };
    const viewers = Array.from({ length: 20 }, newUser);
    // The last one looks twice.
    const mostViews = lastUser;
    await engage(...[...viewers, lastUser].map((actorId) => ({ ...view, actorId, totalViews: actorId })));
    expect(await points(creator)).toBe('POINT 2.00');
    const merged = await eventually(async () => {
      const all = await publishedEvents(natsUrl(), events.pointsMerged);
      const found = all.filter((each) => each.videoId === videoId);
      expect(found.reduce((sum, { views }) => sum + views, 0n)).toBe(20n);
      return found;
    }, 15_000);
    expect(merged.reduce((sum, { minor }) => sum + minor, 0n)).toBe(200n);
    expect(merged.at(-1)).toMatchObject({ userId: creator, videoTitle: 'Amazing Dance', balanceAfterMinor: 200n });
    expect(merged.map(({ totalViews }) => totalViews)).toContain(mostViews);
    expect(await sql('select * from view_notices where video_id = $1', [videoId])).toEqual([]);
  });
});
