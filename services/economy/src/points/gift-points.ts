import { type Call, formatMinor, type Minor, requireUser } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import { userAccount } from '../ledger/accounts.ts';
import { journalIdFor, ofCall, postOne } from '../posting/post-one.ts';
import { type Deduction, deductionContext, deductionOf } from './deduction.ts';

const OPERATION = 'points.gift';
const ACTION = 'gift_sent';
const REASON = 'Gifted points';

export interface PointGiftInput {
  /** The caller's own, from which the journal's id follows. */
  readonly id: string;
  readonly toUserId: bigint;
  readonly points: Minor;
}

/**
 * Moves points from the caller to another user. A repeat under the same id answers as the first time did.
 * @throws TRANSFER_TO_SELF, USER_NOT_FOUND
 */
export async function giftPoints(
  { engine, users }: Pick<Deps, 'engine' | 'users'>,
  call: Call,
  { id: clientId, toUserId, points }: PointGiftInput,
): Promise<Deduction> {
  const userId = requireUser(call.caller);
  if (toUserId === userId) throw errors.TRANSFER_TO_SELF();
  await users.require([toUserId]);
  const id = journalIdFor(call, OPERATION, clientId);
  const receipt = await postOne(engine, call, {
    ...ofCall(call),
    journalId: id,
    operation: OPERATION,
    intent: [
      { name: 'toUserId', value: `${toUserId}` },
      { name: 'amount', value: formatMinor(points) },
    ],
    legs: [
      { accountId: userAccount(userId, 'POINT'), minor: -points, action: ACTION },
      { accountId: userAccount(toUserId, 'POINT'), minor: points, action: 'gift_received' },
    ],
    // Ids are at most 2^53 - 1, and numbers in every JSON of ours.
    context: deductionContext(points, { fromUserId: Number(userId), toUserId: Number(toUserId) }),
    userId,
    reason: REASON,
  });
  return deductionOf({ id, userId, action: ACTION, points, reason: REASON }, receipt);
}
