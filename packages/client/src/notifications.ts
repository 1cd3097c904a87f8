/**
 * The event `notification`: `{type, eventType, recipientIds, data}`, told apart by `type`. Unlike everywhere else its
 * amounts are JSON numbers (0.1), which show a balance and must not be calculated with: the statement has the exact text.
 */
export type PointsAction =
  | 'video_liked'
  | 'video_viewed'
  | 'video_shared'
  | 'comment_posted'
  | 'video_uploaded'
  | 'like_received'
  | 'view_received'
  | 'share_received';

export type DeductionAction = 'purchase' | 'withdrawal' | 'penalty' | 'gift_sent' | 'boost_post';

export interface BalanceCorrection {
  readonly userId: number;
  /** What the user can spend after it. */
  readonly newBalance: number;
  readonly previousBalance: number;
  /** For people to read. */
  readonly reason: string;
  /** ISO 8601 in UTC. */
  readonly timestamp: string;
}

export interface PointsChange<A extends PointsAction | DeductionAction> extends BalanceCorrection {
  readonly action: A;
  /** More than zero, whichever way they went. */
  readonly points: number;
  /** What it was for: `{videoId, videoTitle, userType}`, `{itemId, itemName}`, ... */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

interface Notified<T extends string, E extends string, D> {
  readonly type: T;
  readonly eventType: E;
  /** Ids of users. */
  readonly recipientIds: readonly number[];
  readonly data: D;
}

export type PointsEarned = Notified<'points_earned', 'wallet:points:earned', PointsChange<PointsAction>>;
export type PointsDeducted = Notified<'points_deducted', 'wallet:points:deducted', PointsChange<DeductionAction>>;
/** Points came or went by anything else: an adjustment, a grant, a gift of another user. */
export type WalletUpdate = Notified<'wallet_update', 'wallet:balance:updated', BalanceCorrection>;

export type WalletNotification = PointsEarned | PointsDeducted | WalletUpdate;
