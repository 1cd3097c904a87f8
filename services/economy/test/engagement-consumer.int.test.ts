/** What happens to awards when the consumer's own transaction is lost, when the ledger is full, and at the day's cap. */
import { randomUUID } from 'node:crypto';
import type { EngagementRecorded } from '@fanfare/contracts/social/event/v1/social_events';
import { type Database, openDatabase } from '@fanfare/database';
import { createMetrics, fakeClock, silentLogger } from '@fanfare/kit';
import type { Envelope } from '@fanfare/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userAccount } from '../src/ledger/accounts.ts';
import { pointMetrics } from '../src/points/metrics.ts';
import { type AwardDeps, onEngagementRecorded } from '../src/points/on-engagement-recorded.ts';
import { testLedger } from './ledger.ts';
import { engagement } from './social-producer.ts';

const ledger = testLedger();
let database: Database;
beforeAll(() => {
  database = openDatabase({ url: ledger.database.url, poolSize: 4, log: silentLogger });
});
afterAll(() => database.stop?.());

const clock = fakeClock(new Date('2026-11-21T12:00:00Z'));
const envelopeOf = (id: string): Envelope => ({
  id,
  subject: 'evt.social.engagement.recorded.v1',
  entityId: id,
  entityVersion: 1n,
  time: clock.now(),
  correlationId: id,
  replayed: false,
  source: '/fanfare/social',
  streamSeq: 1n,
  messageId: id,
});

interface Delivered {
  readonly message: EngagementRecorded;
  readonly envelope: Envelope;
}
const delivered = (more: Partial<EngagementRecorded> = {}): Delivered => ({
  message: engagement({ occurredAt: clock.now(), ...more }),
  envelope: envelopeOf(randomUUID()),
});
const depsOf = (more: Partial<AwardDeps> = {}): AwardDeps => ({
  engine: ledger.engine,
  caps: { viewer: 0n, creator: 0n },
  clock,
  log: silentLogger,
  metrics: pointMetrics(createMetrics('test')),
  ...more,
});

/** One attempt: a transaction of the handler's, which commits unless it is to be lost. */
const handle = (events: readonly Delivered[], deps = depsOf(), isLost = false): Promise<void> =>
  database.transaction(async (tx) => {
    await onEngagementRecorded(deps).handle({ tx, events });
    if (isLost) throw new Error('lost');
  });

async function points(userId: bigint): Promise<bigint> {
  const rows = await ledger.sql<{ balance_minor: string }>('select balance_minor from accounts where id = $1', [
    userAccount(userId, 'POINT'),
  ]);
  return BigInt(rows[0]?.balance_minor ?? 0);
}
const noticesOf = (videoId: string) =>
  ledger.sql<{ user_id: string; minor: string; total_views: string }>(
    'select user_id, minor, total_views from view_notices where video_id = $1 order by position',
    [videoId],
  );

describe('a view whose award was posted but not noted', () => {
  it('is noted when its event comes again, and is paid once', async () => {
    const event = delivered({
      action: 'video_viewed',
      actorId: 10n,
      creatorId: 11n,
      videoId: 'crashed',
      totalViews: 8n,
    });
    await expect(handle([event], depsOf(), true)).rejects.toThrow('lost');
    expect([await points(11n), await noticesOf('crashed')]).toEqual([10n, []]);
    await handle([event]);
    expect([await points(11n), await noticesOf('crashed')]).toEqual([
      10n,
      [{ user_id: '11', minor: '10', total_views: '8' }],
    ]);
  });

  it('is not noted by another view of the same viewer, which is paid nothing', async () => {
    const view = { action: 'video_viewed', actorId: 12n, creatorId: 13n, videoId: 'again' };
    await handle([delivered(view)]);
    await ledger.sql("delete from view_notices where video_id = 'again'");
    await handle([delivered(view), delivered(view)]);
    expect([await points(12n), await points(13n), await noticesOf('again')]).toEqual([100n, 10n, []]);
  });
});

describe('a ledger without room', () => {
  it('has the batch delivered again, as an outage and not as a fault of its events', async () => {
    const narrow = await ledger.openEngine(undefined, 1);
    const like = delivered({ actorId: 20n, creatorId: 21n });
    await expect(handle([like], depsOf({ engine: narrow }))).rejects.toMatchObject({ kind: 'unavailable' });
    await handle([like]);
    expect([await points(20n), await points(21n)]).toEqual([100n, 100n]);
  });
});

describe('a daily cap', () => {
  const caps = { viewer: 250n, creator: 0n };

  it('stops paying for the day, however fast it is reached, and pays again the next', async () => {
    const likes = Array.from({ length: 5 }, () => delivered({ actorId: 30n, creatorId: 31n }));
    await handle(likes, depsOf({ caps }));
    expect([await points(30n), await points(31n)]).toEqual([200n, 500n]);
    await handle([delivered({ actorId: 30n, occurredAt: new Date('2026-11-20T23:00:00Z') })], depsOf({ caps }));
    expect(await points(30n)).toBe(300n);
  });

  it('is not used up by what is paid nothing', async () => {
    const like = { actorId: 32n, creatorId: 33n, videoId: 'same' };
    await handle([delivered(like), delivered(like), delivered(like)], depsOf({ caps }));
    await handle([delivered({ ...like, videoId: 'other' })], depsOf({ caps }));
    expect(await points(32n)).toBe(200n);
  });

  it('holds for viewers and creators apart', async () => {
    const both = { viewer: 100n, creator: 150n };
    const likes = Array.from({ length: 3 }, (_, n) => delivered({ actorId: 34n, creatorId: 35n, videoId: `cap-${n}` }));
    await handle(likes, depsOf({ caps: both }));
    expect([await points(34n), await points(35n)]).toEqual([100n, 100n]);
  });
});

it('a video that has changed hands pays its first creator only, and blocks nobody', async () => {
  const view = { action: 'video_viewed', actorId: 40n, videoId: 'sold' };
  await handle([delivered({ ...view, creatorId: 41n })]);
  await handle([delivered({ ...view, creatorId: 42n }), delivered({ actorId: 43n, videoId: 'sold' })]);
  expect([await points(41n), await points(42n), await points(43n)]).toEqual([10n, 0n, 100n]);
});

it('a long title is cut, and does not keep anybody from being paid', async () => {
  await handle([delivered({ actorId: 50n, videoTitle: '"\\\u0000'.repeat(5000) })]);
  expect(await points(50n)).toBe(100n);
});
