import { type Call, formatMinor, requireUser } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import type { Amount } from '../parse-amount.ts';
import { journalIdFor, ofCall, postOne } from '../posting/post-one.ts';
import { type Transfer, transferIntent, transferLegs } from './transfer.ts';

const OPERATION = 'transfer';

export interface TransferInput {
  /** The caller's own, from which the journal's id follows. */
  readonly id: string;
  readonly toUserId: bigint;
  readonly amount: Amount;
}

export interface Transferred extends Transfer {
  readonly id: string;
  readonly postedAt: Date;
}

/**
 * Moves coins from the caller to another user. A repeat under the same id answers as the first time did.
 * @throws TRANSFER_TO_SELF, USER_NOT_FOUND
 */
export async function transferCoins(
  deps: Pick<Deps, 'engine' | 'users'>,
  call: Call,
  { id: clientId, toUserId, amount: { currency, minor } }: TransferInput,
): Promise<Transferred> {
  const fromUserId = requireUser(call.caller);
  const transfer = { fromUserId, toUserId, currency, amount: minor };
  const legs = transferLegs(transfer);
  await deps.users.require([toUserId]);
  const id = journalIdFor(call, OPERATION, clientId);
  const { postedAt } = await postOne(deps.engine, call, {
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
  return { ...transfer, id, postedAt };
}
