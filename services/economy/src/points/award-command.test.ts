import { describe, expect, it, test } from 'vitest';
import { intentText } from '../ledger/intent.ts';
import { awardCommands, cameOf, type DailyCaps } from './award-command.ts';
import type { RecordedEngagement } from './parse-engagement.ts';

const NO_CAPS: DailyCaps = { viewer: 0n, creator: 0n };
const CAPS: DailyCaps = { viewer: 500n, creator: 900n };
const NOW = new Date('2026-11-21T00:30:00Z');

const liked: RecordedEngagement = {
  engagementId: 'engagement-1',
  eventId: 'event-1',
  action: 'video_liked',
  actorId: 123n,
  actorFollowing: 150n,
  creatorId: 789n,
  creatorFollowers: 2000n,
  videoId: '456',
  videoTitle: 'Amazing Dance',
  totalViews: 5n,
  occurredAt: new Date('2026-11-20T23:59:59Z'),
  traceparent: '',
  correlationId: 'correlation-1',
  tenantId: null,
};
const commandsOf = (more: Partial<RecordedEngagement> = {}, caps = NO_CAPS, now = NOW) =>
  awardCommands({ ...liked, ...more }, caps, now).map(({ command }) => command);

describe('the commands of an engagement', () => {
  it('credit viewer and creator out of issuance, with what the app shows', () => {
    const [viewer, creator] = commandsOf();
    expect(viewer).toMatchObject({ operation: 'points.award', userId: 123n, reason: 'Liked a video', limit: null });
    expect(viewer?.legs.map(({ minor, action }) => [minor, action])).toEqual([
      [-100n, 'video_liked'],
      [100n, 'video_liked'],
    ]);
    expect(JSON.parse(viewer?.context ?? '').metadata).toEqual({
      videoId: '456',
      videoTitle: 'Amazing Dance',
      userType: 'viewer',
    });
    expect(creator).toMatchObject({ userId: 789n, reason: 'Your video received a like' });
    expect(JSON.parse(creator?.context ?? '').metadata.userType).toBe('creator');
  });

  it('have the same ids and intents when the same is done again with other counts, title and time', () => {
    const again = commandsOf({
      engagementId: 'engagement-2',
      eventId: 'event-2',
      actorFollowing: 9000n,
      creatorFollowers: 1_000_000n,
      videoTitle: 'Renamed',
      totalViews: 9000n,
      occurredAt: null,
    });
    const identity = (commands: ReturnType<typeof commandsOf>) =>
      commands.map(({ journalId, intent }) => [journalId, intentText(intent)]);
    expect(identity(again)).toEqual(identity(commandsOf()));
  });

  test.each<[string, Partial<RecordedEngagement>]>([
    ['actor', { actorId: 124n }],
    ['video', { videoId: '457' }],
    ['action', { action: 'video_shared' }],
  ])('have other ids for another %s', (_, other) => {
    const ids = new Set([...commandsOf(), ...commandsOf(other)].map(({ journalId }) => journalId));
    expect(ids.size).toBe(4);
  });

  it('tell of which event they came', () => {
    const [viewer] = commandsOf();
    expect([cameOf(viewer?.context ?? '', 'event-1'), cameOf(viewer?.context ?? '', 'event-2')]).toEqual([true, false]);
  });
});

describe('a daily cap', () => {
  it('is counted by user and role, in the UTC day in which it happened', () => {
    expect(commandsOf({}, CAPS).map(({ limit }) => limit)).toEqual([
      {
        key: 'points:viewer:123:2026-11-20',
        maxMinor: 500n,
        minor: 100n,
        expiresAt: new Date('2026-12-02T00:00:00Z'),
      },
      {
        key: 'points:creator:789:2026-11-20',
        maxMinor: 900n,
        minor: 100n,
        expiresAt: new Date('2026-12-02T00:00:00Z'),
      },
    ]);
  });

  test.each([
    ['is not told', null],
    ['is in the future', new Date('2026-11-21T00:30:00.001Z')],
    ['is far in the future', new Date('9999-12-31T00:00:00Z')],
    ['is longer ago than an event can be on its way', new Date('2026-11-11T00:00:00Z')],
  ])('belongs to the day of posting when the time %s', (_, occurredAt) => {
    expect(commandsOf({ occurredAt }, CAPS)[0]?.limit?.key).toBe('points:viewer:123:2026-11-21');
  });

  it('can be set for one role alone', () => {
    const limits = commandsOf({}, { viewer: 0n, creator: 900n }).map(({ limit }) => limit?.key ?? null);
    expect(limits).toEqual([null, 'points:creator:789:2026-11-20']);
  });
});
