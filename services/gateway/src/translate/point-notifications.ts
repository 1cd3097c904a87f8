/**
 * What happened to somebody's points, as `notification`: earned, deducted, or anything else. Pure.
 *
 * A journal's point legs of users are shown one by one, each with the user's balance right after it. Not shown are views
 * received, of which a popular video has thousands a minute (economy merges them into events of their own), and what
 * the ledger itself takes to repay a debt.
 */
import type {
  BalanceCorrection,
  DeductionAction,
  PointsAction,
  WalletNotification,
} from '@fanfare/client/notifications';
import { type Emit, userChannel } from '@fanfare/contracts';
import type { JournalPosted, PointsMerged } from '@fanfare/contracts/economy/event/v1/economy_events';
import { AccountKind } from '@fanfare/contracts/economy/v1/economy_service';
import { formatMinor, type Minor } from '@fanfare/kit';
import { contextOf, metadataOf } from '../present/ledger-context.ts';
import { idOf, timeOf } from '../present/scalars.ts';

const MERGED = 'view_received' satisfies PointsAction;

const EARNED = {
  video_liked: true,
  video_viewed: true,
  video_shared: true,
  comment_posted: true,
  video_uploaded: true,
  like_received: true,
  share_received: true,
} satisfies Record<Exclude<PointsAction, typeof MERGED>, true>;

const DEDUCTED = {
  purchase: true,
  withdrawal: true,
  penalty: true,
  gift_sent: true,
  boost_post: true,
} satisfies Record<DeductionAction, true>;

/** One leg, and what its user could spend right after it. */
interface PointLeg {
  readonly userId: bigint;
  readonly action: string;
  readonly minor: Minor;
  readonly after: Minor;
}

export function pointNotifications(journal: JournalPosted): readonly Emit[] {
  const legs = pointLegsOf(journal).filter(({ action }) => action !== MERGED && !action.startsWith('debt_'));
  if (legs.length === 0) return [];
  const metadata = metadataOf(contextOf(journal.context));
  return legs.map((leg) => emitTo(leg.userId, notificationOf(leg, changeOf(leg, journal), metadata)));
}

/** The balances of an event are those after the whole journal, so the legs are walked from the last to the first. */
function pointLegsOf({ journalId, legs, balances }: JournalPosted): readonly PointLeg[] {
  const available = new Map(balances.map(({ userId, pointMinor }) => [userId, pointMinor]));
  const found: PointLeg[] = [];
  for (const { account, minor, action } of legs.toReversed()) {
    if (account?.kind !== AccountKind.ACCOUNT_KIND_USER || account.currency !== 'POINT') continue;
    const { ownerId: userId } = account;
    const after = available.get(userId);
    if (after === undefined) throw new Error(`journal ${journalId} does not tell the balances of user ${userId}`);
    available.set(userId, after - minor);
    found.push({ userId, action, minor, after });
  }
  return found.reverse();
}

/**
 * `previousBalance` of a withdrawal that was captured is from before it was requested: what was held had left the
 * balance then, but this is where the user is told.
 */
const changeOf = ({ userId, minor, after }: PointLeg, { reason, postedAt }: JournalPosted): BalanceCorrection => ({
  userId: idOf(userId),
  newBalance: numberOf(after),
  previousBalance: numberOf(after - minor),
  reason,
  timestamp: shortTimeOf(postedAt),
});

function notificationOf(
  { action, minor }: PointLeg,
  change: BalanceCorrection,
  metadata: Readonly<Record<string, unknown>> | undefined,
): WalletNotification {
  const { userId, ...rest } = change;
  const detail = metadata === undefined ? {} : { metadata };
  if (minor > 0n && isIn(EARNED, action)) {
    return earned({ userId, action, points: numberOf(minor), ...rest, ...detail });
  }
  if (minor < 0n && isIn(DEDUCTED, action)) {
    const data = { userId, action, points: numberOf(-minor), ...rest, ...detail };
    return { type: 'points_deducted', eventType: 'wallet:points:deducted', recipientIds: [userId], data };
  }
  return { type: 'wallet_update', eventType: 'wallet:balance:updated', recipientIds: [userId], data: change };
}

type PointsEarned = Extract<WalletNotification, { readonly type: 'points_earned' }>;

const earned = (data: PointsEarned['data']): PointsEarned => ({
  type: 'points_earned',
  eventType: 'wallet:points:earned',
  recipientIds: [data.userId],
  data,
});

/** The views of one video in the last seconds, as one line. */
export function mergedViews(merged: PointsMerged): readonly Emit[] {
  const { userId, videoId, videoTitle, views, minor, balanceAfterMinor, mergedAt } = merged;
  const notification = earned({
    userId: idOf(userId),
    action: MERGED,
    points: numberOf(minor),
    newBalance: numberOf(balanceAfterMinor),
    previousBalance: numberOf(balanceAfterMinor - minor),
    reason: `Your video received ${views} ${views === 1n ? 'view' : 'views'}`,
    timestamp: shortTimeOf(mergedAt),
    metadata: { videoId, videoTitle, totalViews: idOf(views), userType: 'creator' },
  });
  return [emitTo(userId, notification)];
}

const emitTo = (userId: bigint, data: WalletNotification): Emit => ({
  channel: userChannel(userId),
  name: 'notification',
  class: 'reliable',
  data,
});

const isIn = <K extends string>(set: Readonly<Record<K, true>>, action: string): action is K =>
  Object.hasOwn(set, action);

/** Read and not computed: 10n is "0.10" is 0.1. A double shows up to 15 digits as they are, which is 10^13 points. */
const numberOf = (minor: Minor): number => Number(formatMinor(minor));

/** `2025-12-23T12:00:00Z`, with a fraction only where there is one. */
const shortTimeOf = (time: Date | undefined): string => timeOf(time).replace('.000Z', 'Z');
