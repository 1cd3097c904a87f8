import type { RequestWithdrawalRequest } from '@fanfare/contracts/economy/v1/withdrawals';
import type { Sql } from '@fanfare/database';
import { type Call, formatMinor, invalid, type Minor, requireUser } from '@fanfare/kit';
import { userAccount } from '../ledger/accounts.ts';
import { parseAmount } from '../parse-amount.ts';
import type { Engine } from '../posting/engine.ts';
import { journalIdFor, ofCall, postOne } from '../posting/post-one.ts';
import { parseWithdrawal, REQUEST, type Withdrawal, withdrawalIntent } from './withdrawal.ts';
import { findWithdrawal } from './withdrawal-store.ts';

export interface RequestRules {
  /** Of either asset. */
  readonly minMinor: Minor;
  /** After as many days nobody can pay it any more, and the amount becomes available again. */
  readonly holdDays: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Holds the amount until somebody decides. A repeat under the same id answers with the same withdrawal and its first
 * expiry, however it and the rules stand by now.
 */
export async function requestWithdrawal(
  deps: { readonly engine: Engine; readonly sql: Sql; readonly rules: RequestRules },
  message: RequestWithdrawalRequest,
  call: Call,
): Promise<Withdrawal> {
  const { engine, sql, rules } = deps;
  const userId = requireUser(call.caller);
  const request = parseWithdrawal(parseAmount(message.amount), message.method, message.destination);
  const id = journalIdFor(call, REQUEST, message.id);
  // The minimum may have been a lower one when this was asked for the first time.
  if (request.minor < rules.minMinor && (await findWithdrawal(sql, id)) === null) {
    throw invalid('amount', `must be at least ${formatMinor(rules.minMinor)}`);
  }
  const expiresAt = new Date(Date.now() + rules.holdDays * DAY_MS);
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
  const withdrawal = await findWithdrawal(sql, id);
  if (withdrawal === null) throw new Error(`withdrawal ${id} was reserved and is not there`);
  return withdrawal;
}
