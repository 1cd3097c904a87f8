import type { GiftPointsRequest, PointDeduction } from '@fanfare/contracts/economy/v1/points';
import { type Call, formatMinor, invalid, requireUser } from '@fanfare/kit';
import { errors } from '../errors.ts';
import { userAccount } from '../ledger/accounts.ts';
import { parseAmount } from '../parse-amount.ts';
import { parseUserId, requireAsset } from '../parse-request.ts';
import type { Engine } from '../posting/engine.ts';
import { journalIdFor, ofCall, postOne } from '../posting/post-one.ts';
import { deductionContext, formatDeduction } from './deduction.ts';

const OPERATION = 'points.gift';
const ACTION = 'gift_sent';
const REASON = 'Gifted points';

/** Moves points from the caller to another user. A repeat under the same id answers as the first time did. */
export async function giftPoints(engine: Engine, request: GiftPointsRequest, call: Call): Promise<PointDeduction> {
  const userId = requireUser(call.caller);
  const toUserId = parseUserId('toUserId', request.toUserId);
  const points = requireAsset(parseAmount(request.amount), 'POINT');
  if (points <= 0n) throw invalid('amount', 'must be more than zero');
  if (toUserId === userId) throw errors.TRANSFER_TO_SELF();
  const id = journalIdFor(call, OPERATION, request.id);
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
  return formatDeduction({ id, userId, action: ACTION, points, reason: REASON }, receipt);
}
