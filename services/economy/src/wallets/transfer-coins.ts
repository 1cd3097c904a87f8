import type { TransferRequest, TransferResponse } from '@fanfare/contracts/economy/v1/economy_service';
import { type Call, formatMinor, requireUser } from '@fanfare/kit';
import { formatMoney } from '../format.ts';
import { parseAmount } from '../parse-amount.ts';
import type { Engine } from '../posting/engine.ts';
import { journalIdFor, ofCall, postOne } from '../posting/post-one.ts';
import { transferIntent, transferLegs } from './transfer.ts';

const OPERATION = 'transfer';

/** Moves coins from the caller to another user. A repeat under the same id answers as the first time did. */
export async function transferCoins(engine: Engine, request: TransferRequest, call: Call): Promise<TransferResponse> {
  const fromUserId = requireUser(call.caller);
  const { currency, minor: amount } = parseAmount(request.amount);
  const { toUserId } = request;
  const transfer = { fromUserId, toUserId, currency, amount };
  const legs = transferLegs(transfer);
  const id = journalIdFor(call, OPERATION, request.id);
  const receipt = await postOne(engine, call, {
    ...ofCall(call),
    journalId: id,
    operation: OPERATION,
    intent: transferIntent(transfer, formatMinor),
    legs,
    // Ids are at most 2^53 - 1, and numbers in every JSON of ours.
    context: JSON.stringify({ fromUserId: Number(fromUserId), toUserId: Number(toUserId) }),
    userId: fromUserId,
    reason: '',
  });
  return { id, fromUserId, toUserId, amount: formatMoney(currency, amount), createdAt: receipt.postedAt };
}
