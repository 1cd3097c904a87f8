import { EngagementRecorded } from '@fanfare/contracts/social/event/v1/social_events';
import { type Envelope, MalformedEvent } from '@fanfare/messaging';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { clipTitle, parseEngagement } from './parse-engagement.ts';

const envelope: Envelope = {
  id: 'event-1',
  subject: 'evt.social.engagement.recorded.v1',
  entityId: 'engagement-1',
  entityVersion: 1n,
  time: new Date(0),
  correlationId: 'correlation-1',
  replayed: false,
  source: '/fanfare/social',
  streamSeq: 1n,
  messageId: 'event-1',
};

const message = (more: Partial<EngagementRecorded> = {}): EngagementRecorded =>
  EngagementRecorded.create({
    engagementId: 'engagement-1',
    action: 'video_liked',
    actorId: 123n,
    actorFollowingCount: 100n,
    videoId: '456',
    videoTitle: 'Amazing Dance',
    creatorId: 789n,
    creatorFollowerCount: 1000n,
    totalViews: 5n,
    occurredAt: new Date('2025-12-23T12:00:00Z'),
    ...more,
  });

describe('an engagement', () => {
  it('is read with the ids of the event that brought it', () => {
    expect(parseEngagement(message(), envelope)).toMatchObject({
      engagementId: 'engagement-1',
      eventId: 'event-1',
      correlationId: 'correlation-1',
      videoTitle: 'Amazing Dance',
      totalViews: 5n,
      occurredAt: new Date('2025-12-23T12:00:00Z'),
      tenantId: null,
    });
  });

  it('may have no time, or none that can be read', () => {
    expect(parseEngagement(message({ occurredAt: undefined }), envelope).occurredAt).toBeNull();
    expect(parseEngagement(message({ occurredAt: new Date('soon') }), envelope).occurredAt).toBeNull();
  });

  test.each([0n, 2n ** 53n - 1n])('may tell %d views', (totalViews) => {
    expect(parseEngagement(message({ totalViews }), envelope).totalViews).toBe(totalViews);
  });

  test.each<[string, Partial<EngagementRecorded>]>([
    ['an unknown action', { action: 'video_watched' }],
    ['no action', { action: '' }],
    ['a name every object has as its action', { action: 'toString' }],
    ['no actor', { actorId: 0n }],
    ['an actor below zero', { actorId: -1n }],
    ['an actor beyond 2^53 - 1', { actorId: 2n ** 53n }],
    ['no creator', { creatorId: 0n }],
    ['a count below zero', { actorFollowingCount: -1n }],
    ['a count of followers below zero', { creatorFollowerCount: -1n }],
    ['views below zero', { totalViews: -1n }],
    ['views beyond 2^53 - 1', { totalViews: 2n ** 53n }],
    ['no video', { videoId: '' }],
    ['a video id that is too long', { videoId: 'v'.repeat(129) }],
    ['a video id with a zero byte', { videoId: 'a\u0000b' }],
    ['a video id with half a character', { videoId: 'a\ud83d' }],
    ['no id', { engagementId: '' }],
    ["an upload of somebody else's video", { action: 'video_uploaded' }],
  ])('with %s is malformed', (_, wrong) => {
    expect(() => parseEngagement(message(wrong), envelope)).toThrow(MalformedEvent);
  });
});

describe('a title', () => {
  it('is cut between characters as people see them', () => {
    const family = '👨‍👩‍👧‍👦';
    const clipped = clipTitle(family.repeat(300));
    expect(clipped).toBe(family.repeat(40)); // 25 bytes each: 1,000
    expect(clipTitle('é'.repeat(300))).toBe('é'.repeat(200));
  });

  it('always fits into a context and into PostgreSQL, and stays as it is when it did', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (title) => {
        const clipped = clipTitle(title);
        expect(clipped.isWellFormed()).toBe(true);
        expect(clipped).not.toMatch(/\p{Cc}/u);
        expect(Buffer.byteLength(JSON.stringify(clipped))).toBeLessThanOrEqual(2002);
        expect(clipTitle(clipped)).toBe(clipped);
      }),
    );
    expect(clipTitle('Amazing Dance 💃')).toBe('Amazing Dance 💃');
    expect(clipTitle('two\nlines\u0000\ud83d')).toBe('two lines \ufffd');
  });
});
