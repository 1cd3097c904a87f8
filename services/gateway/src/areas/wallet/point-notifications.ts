/**
 * What happened to somebody's points, as `notification`: earned, deducted, or anything else. Pure.
 *
 * A journal's point legs of users are shown one by one, each with the user's balances before and after the whole
 * journal. Not shown are views received, of which a popular video has thousands a minute (economy merges them into
 * events of their own), and what the ledger itself takes to repay a debt, which shows in the balances only.
 */
import { userChannel } from '@fanfare/contracts';
import type { JournalPosted, PointsMerged } from '@fanfare/contracts/economy/event/v1/economy_events';
import { AccountKind } from '@fanfare/contracts/economy/v1/economy_service';
import { formatMinor, type Minor } from '@fanfare/kit';
import { idOf, timeOf } from '../../present/scalars.ts';
import type { EmitOf } from '../../protocol/event.ts';
import { contextOf, metadataOf } from './ledger-context.ts';
import { DEDUCTING, EARNING, type Notification, notification } from './notification.ts';

type PointsEarned = Extract<Notification, { readonly type: 'points_earned' }>;
type BalanceCorrection = Extract<Notification, { readonly type: 'wallet_update' }>['data'];

const MERGED = 'view_received' satisfies PointsEarned['data']['action'];

/** One leg of a user's points. */
interface PointLeg {
  readonly userId: bigint;
  readonly action: string;
  readonly minor: Minor;
}

export function pointNotifications(journal: JournalPosted): readonly EmitOf<'notification'>[] {
  const legs = pointLegsOf(journal);
  const told = legs.filter(({ action }) => action !== MERGED && !action.startsWith('debt_'));
  if (told.length === 0) return [];
  const metadata = metadataOf(contextOf(journal.context));
  return told.map((leg) => emitTo(leg.userId, notificationOf(leg, changeOf(leg, legs, journal), metadata)));
}

const pointLegsOf = ({ legs }: JournalPosted): readonly PointLeg[] =>
  legs.flatMap(({ account, minor, action }) =>
    account?.kind === AccountKind.ACCOUNT_KIND_USER && account.currency === 'POINT'
      ? [{ userId: account.ownerId, action, minor }]
      : [],
  );

/**
 * Both balances are of the whole journal: what an award repays of a debt was never there to spend, so the balances may
 * differ by less than the leg. What was captured of a hold, though, is told from before it was held: it had left the
 * balance then, but this is where the user is told.
 * @param legs all of the journal, also those that are not told
 */
function changeOf(leg: PointLeg, legs: readonly PointLeg[], journal: JournalPosted): BalanceCorrection {
  const { journalId, balances, hold, reason, postedAt } = journal;
  const available = balances.find(({ userId }) => userId === leg.userId)?.pointMinor;
  if (available === undefined) throw new Error(`journal ${journalId} does not tell the balances of user ${leg.userId}`);
  const isCaptured = hold?.capture !== undefined && leg.minor < 0n;
  const change = isCaptured ? leg.minor : netOf(legs, leg.userId);
  return {
    userId: idOf(leg.userId),
    newBalance: numberOf(available),
    previousBalance: numberOf(available - change),
    reason,
    timestamp: shortTimeOf(postedAt),
  };
}

const netOf = (legs: readonly PointLeg[], userId: bigint): Minor =>
  legs.reduce((net, leg) => (leg.userId === userId ? net + leg.minor : net), 0n);

function notificationOf(
  { action, minor }: PointLeg,
  change: BalanceCorrection,
  metadata: Readonly<Record<string, unknown>> | undefined,
): Notification {
  const { userId, ...rest } = change;
  const detail = metadata === undefined ? {} : { metadata };
  if (minor > 0n && isOneOf(EARNING, action)) {
    return earned({ userId, action, points: numberOf(minor), ...rest, ...detail });
  }
  if (minor < 0n && isOneOf(DEDUCTING, action)) {
    const data = { userId, action, points: numberOf(-minor), ...rest, ...detail };
    return { type: 'points_deducted', eventType: 'wallet:points:deducted', recipientIds: [userId], data };
  }
  return { type: 'wallet_update', eventType: 'wallet:balance:updated', recipientIds: [userId], data: change };
}

const earned = (data: PointsEarned['data']): PointsEarned => ({
  type: 'points_earned',
  eventType: 'wallet:points:earned',
  recipientIds: [data.userId],
  data,
});

/** The views of one video in the last seconds, as one line; beside it how many the video has in all, if that is known. */
export function mergedViews(merged: PointsMerged): readonly EmitOf<'notification'>[] {
  const { userId, videoId, videoTitle, views, minor, balanceAfterMinor, mergedAt, totalViews } = merged;
  const line = earned({
    userId: idOf(userId),
    action: MERGED,
    points: numberOf(minor),
    newBalance: numberOf(balanceAfterMinor),
    previousBalance: numberOf(balanceAfterMinor - minor),
    reason: `Your video received ${views} ${views === 1n ? 'view' : 'views'}`,
    timestamp: shortTimeOf(mergedAt),
    metadata: { videoId, videoTitle, totalViews: idOf(totalViews > 0n ? totalViews : views), userType: 'creator' },
  });
  return [emitTo(userId, line)];
}

const emitTo = (userId: bigint, data: Notification) => notification.to(userChannel(userId), data);

const isOneOf = <A extends string>(actions: readonly A[], action: string): action is A =>
  (actions as readonly string[]).includes(action);

/** Read and not computed: 10n is "0.10" is 0.1. A double shows up to 15 digits as they are, which is 10^13 points. */
const numberOf = (minor: Minor): number => Number(formatMinor(minor));

/** `2025-12-23T12:00:00Z`, with a fraction only where there is one. */
const shortTimeOf = (time: Date | undefined): string => timeOf(time).replace('.000Z', 'Z');
