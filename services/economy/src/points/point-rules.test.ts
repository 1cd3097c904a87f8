import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { awardsOf, type Engagement, type EngagementAction } from './point-rules.ts';

const ACTIONS: readonly EngagementAction[] = [
  'video_viewed',
  'video_liked',
  'video_shared',
  'comment_posted',
  'video_uploaded',
];
const VIEWER = 123n;
const CREATOR = 789n;

/** Both are eligible unless said otherwise. */
const engagement = (action: EngagementAction, more: Partial<Engagement> = {}): Engagement => ({
  action,
  actorId: action === 'video_uploaded' ? CREATOR : VIEWER,
  actorFollowing: 100n,
  creatorId: CREATOR,
  creatorFollowers: 1000n,
  ...more,
});
const shown = (of: Engagement) =>
  awardsOf(of).map(({ userId, action, minor, reason }) => [userId, action, minor, reason]);

describe('what an action earns', () => {
  test.each<[EngagementAction, unknown[][]]>([
    [
      'video_liked',
      [
        [VIEWER, 'video_liked', 100n, 'Liked a video'],
        [CREATOR, 'like_received', 100n, 'Your video received a like'],
      ],
    ],
    [
      'video_viewed',
      [
        [VIEWER, 'video_viewed', 100n, 'Viewed a video'],
        [CREATOR, 'view_received', 10n, 'Your video received a view'],
      ],
    ],
    [
      'video_shared',
      [
        [VIEWER, 'video_shared', 200n, 'Shared a video'],
        [CREATOR, 'share_received', 100n, 'Your video received a share'],
      ],
    ],
    ['comment_posted', [[VIEWER, 'comment_posted', 200n, 'Commented on a video']]],
    ['video_uploaded', [[CREATOR, 'video_uploaded', 500n, 'Uploaded a video']]],
  ])('%s', (action, awards) => {
    expect(shown(engagement(action))).toEqual(awards);
  });
});

describe('who is eligible', () => {
  test.each(ACTIONS)('nobody earns by %s who follows 99 or is followed by 999', (action) => {
    expect(awardsOf(engagement(action, { actorFollowing: 99n, creatorFollowers: 999n }))).toEqual([]);
  });

  test.each<[bigint, bigint, string[]]>([
    [99n, 999n, []],
    [100n, 999n, ['viewer']],
    [99n, 1000n, ['creator']],
    [100n, 1000n, ['viewer', 'creator']],
  ])('following %s, followed by %s: %s', (actorFollowing, creatorFollowers, expected) => {
    const awards = awardsOf(engagement('video_liked', { actorFollowing, creatorFollowers }));
    expect(awards.map(({ userType }) => userType)).toEqual(expected);
  });

  test('a viewer is not paid for being followed, nor a creator for following', () => {
    expect(awardsOf(engagement('comment_posted', { actorFollowing: 99n }))).toEqual([]);
    expect(awardsOf(engagement('video_uploaded', { actorFollowing: 5000n, creatorFollowers: 999n }))).toEqual([]);
  });
});

describe("one's own video", () => {
  test.each(ACTIONS.filter((action) => action !== 'video_uploaded'))('earns nothing by %s', (action) => {
    expect(awardsOf(engagement(action, { actorId: CREATOR }))).toEqual([]);
  });

  it('earns by being uploaded', () => {
    expect(awardsOf(engagement('video_uploaded'))).toHaveLength(1);
  });
});

const anyEngagement = fc.record<Engagement>({
  action: fc.constantFrom(...ACTIONS),
  actorId: fc.bigInt(1n, 3n),
  actorFollowing: fc.bigInt(97n, 102n),
  creatorId: fc.bigInt(1n, 3n),
  creatorFollowers: fc.bigInt(997n, 1002n),
});

test('whatever happens, only the eligible are paid, at most once each, and nobody for what they did to themselves', () => {
  fc.assert(
    fc.property(anyEngagement, (each) => {
      const awards = awardsOf(each);
      for (const { userType, userId, minor } of awards) {
        expect(minor > 0n).toBe(true);
        if (userType === 'viewer') expect([userId, each.actorFollowing >= 100n]).toEqual([each.actorId, true]);
        else expect([userId, each.creatorFollowers >= 1000n]).toEqual([each.creatorId, true]);
      }
      expect(new Set(awards.map(({ userType }) => userType)).size).toBe(awards.length);
      if (each.actorId === each.creatorId && each.action !== 'video_uploaded') expect(awards).toEqual([]);
    }),
  );
});

test('more followers never earn less', () => {
  fc.assert(
    fc.property(anyEngagement, fc.bigInt(0n, 5n), (each, more) => {
      const grown = {
        ...each,
        actorFollowing: each.actorFollowing + more,
        creatorFollowers: each.creatorFollowers + more,
      };
      expect(awardsOf(grown)).toEqual(expect.arrayContaining([...awardsOf(each)]));
    }),
  );
});
