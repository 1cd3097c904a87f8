/** Who earns how many points by what. Pure; that nobody earns twice is the journal id's doing. */

/** What somebody can do with a video. */
export type EngagementAction = 'video_viewed' | 'video_liked' | 'video_shared' | 'comment_posted' | 'video_uploaded';

/** What an award is called in statements and events. */
export type AwardAction = EngagementAction | 'like_received' | 'view_received' | 'share_received';

export type UserType = 'viewer' | 'creator';

/** A viewer earns who follows at least this many. */
export const VIEWER_MIN_FOLLOWING = 100n;
/** A creator earns whom at least this many follow. */
export const CREATOR_MIN_FOLLOWERS = 1000n;

/** The part of an engagement that decides. The counts are those of its moment. */
export interface Engagement {
  readonly action: EngagementAction;
  readonly actorId: bigint;
  readonly actorFollowing: bigint;
  readonly creatorId: bigint;
  readonly creatorFollowers: bigint;
}

interface Rate {
  readonly action: AwardAction;
  /** Points in minor units: 10 is 0.1. */
  readonly minor: bigint;
  readonly reason: string;
}

export interface Award extends Rate {
  readonly userType: UserType;
  readonly userId: bigint;
}

const rate = (action: AwardAction, minor: bigint, reason: string): Rate => ({ action, minor, reason });

const RATES: Readonly<Record<EngagementAction, { readonly viewer: Rate | null; readonly creator: Rate | null }>> = {
  video_liked: {
    viewer: rate('video_liked', 100n, 'Liked a video'),
    creator: rate('like_received', 100n, 'Your video received a like'),
  },
  video_viewed: {
    viewer: rate('video_viewed', 100n, 'Viewed a video'),
    creator: rate('view_received', 10n, 'Your video received a view'),
  },
  video_shared: {
    viewer: rate('video_shared', 200n, 'Shared a video'),
    creator: rate('share_received', 100n, 'Your video received a share'),
  },
  comment_posted: { viewer: rate('comment_posted', 200n, 'Commented on a video'), creator: null },
  video_uploaded: { viewer: null, creator: rate('video_uploaded', 500n, 'Uploaded a video') },
};

export const isEngagementAction = (text: string): text is EngagementAction => Object.hasOwn(RATES, text);

/** What an engagement earns: at most one award for its actor, then at most one for the video's creator. */
export function awardsOf(engagement: Engagement): readonly Award[] {
  const { action, actorId, actorFollowing, creatorId, creatorFollowers } = engagement;
  // Nobody earns by looking at their own video; uploading one is not looking at it.
  if (actorId === creatorId && action !== 'video_uploaded') return [];
  const { viewer, creator } = RATES[action];
  return [
    ...(viewer !== null && actorFollowing >= VIEWER_MIN_FOLLOWING
      ? [{ ...viewer, userType: 'viewer' as const, userId: actorId }]
      : []),
    ...(creator !== null && creatorFollowers >= CREATOR_MIN_FOLLOWERS
      ? [{ ...creator, userType: 'creator' as const, userId: creatorId }]
      : []),
  ];
}
