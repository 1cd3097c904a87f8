import { type Call, formatMinor, invalid, requireUser } from '@fanfare/kit';
import type { Config } from '../config.ts';
import type { Deps } from '../deps.ts';
import { userAccount } from '../ledger/accounts.ts';
import { journalIdFor, ofCall, postOne } from '../posting/post-one.ts';
import { REQUEST, type Withdrawal, type WithdrawalRequest, withdrawalIntent } from './withdrawal.ts';
import { findWithdrawal } from './withdrawal-store.ts';

export interface WithdrawalInput extends WithdrawalRequest {
  /** The caller's own, from which the withdrawal's id follows. */
  readonly id: string;
}

type RequestDeps = Pick<Deps, 'engine' | 'database'> & {
  readonly config: Pick<Config, 'WITHDRAWAL_MIN' | 'WITHDRAWAL_HOLD_DAYS'>;
};

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Holds the amount until somebody decides. A repeat under the same id answers with the same withdrawal and its first
 * expiry, however it and the rules stand by now.
 */
export async function requestWithdrawal(
  { engine, database, config }: RequestDeps,
  call: Call,
  { id: clientId, ...request }: WithdrawalInput,
): Promise<Withdrawal> {
  const userId = requireUser(call.caller);
  const id = journalIdFor(call, REQUEST, clientId);
  const least = config.WITHDRAWAL_MIN;
  // The minimum may have been a lower one when this was asked for the first time.
  if (request.minor < least && (await findWithdrawal(database, id)) === null) {
    throw invalid('amount', `must be at least ${formatMinor(least)}`);
  }
  const expiresAt = new Date(Date.now() + config.WITHDRAWAL_HOLD_DAYS * DAY_MS);
  await postOne(engine, call, {
    ...ofCall(call),
    journalId: id,
    operation: REQUEST,
    intent: withdrawalIntent(request),
    legs: [],
    context: JSON.stringify({ method: request.method, destination: request.destination }),
    userId,
    reason: '',
    hold: { type: 'reserve', accountId: userAccount(userId, request.currency), minor: request.minor, expiresAt },
  });
  const withdrawal = await findWithdrawal(database, id);
  if (withdrawal === null) throw new Error(`withdrawal ${id} was reserved and is not there`);
  return withdrawal;
}
