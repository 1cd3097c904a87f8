/**
 * Ending a withdrawal: paid, rejected or cancelled, whichever comes first. The hold is resolved once, so an attempt
 * needs no id to be repeated by: what is already as it was asked to be is the answer, anything else is refused. Each
 * attempt has an id of its own, so that one that was refused (a frozen wallet) is in nobody's way later.
 */
import type { Sql } from '@fanfare/database';
import { AppError, type Call, callerKey, formatMinor, newId, requireRole, requireUser } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import { currencyOf } from '../ledger/accounts.ts';
import type { IntentField, LedgerCommand } from '../ledger/command.ts';
import { ofCall, postOne } from '../posting/post-one.ts';
import {
  CANCEL,
  PAY,
  type Payment,
  paidMinorOf,
  payoutLegs,
  payoutReason,
  REJECT,
  type Withdrawal,
} from './withdrawal.ts';
import { findWithdrawal } from './withdrawal-store.ts';

type ResolveDeps = Pick<Deps, 'engine' | 'database'>;

export interface CancelInput {
  readonly withdrawalId: string;
}

export interface PayInput {
  readonly withdrawalId: string;
  /** Null: all that is held. */
  readonly amount: Payment | null;
  readonly reference: string;
}

export interface RejectInput {
  readonly withdrawalId: string;
  readonly reason: string;
}

/** By its owner. @throws WITHDRAWAL_NOT_FOUND, also for somebody else's; WITHDRAWAL_RESOLVED */
export async function cancelWithdrawal(
  deps: ResolveDeps,
  call: Call,
  { withdrawalId }: CancelInput,
): Promise<Withdrawal> {
  const userId = requireUser(call.caller);
  const withdrawal = await existing(deps.database, withdrawalId);
  if (withdrawal.userId !== userId) throw errors.WITHDRAWAL_NOT_FOUND();
  return resolve(deps, call, withdrawal, {
    isDone: ({ status }) => status === 'cancelled',
    command: { operation: CANCEL, intent: intentOf(withdrawal), hold: { type: 'void', holdId: withdrawal.id } },
  });
}

/**
 * By an administrator who has sent the money.
 * @throws WITHDRAWAL_NOT_FOUND, WITHDRAWAL_RESOLVED, HOLD_EXPIRED, ACCOUNT_FROZEN
 */
export async function payWithdrawal(
  deps: ResolveDeps,
  call: Call,
  { withdrawalId, amount: asked, reference }: PayInput,
): Promise<Withdrawal> {
  requireRole(call.caller, 'admin');
  const withdrawal = await existing(deps.database, withdrawalId);
  const { id, accountId, method } = withdrawal;
  const minor = paidMinorOf(withdrawal, asked);
  const amount = formatMinor(minor);
  return resolve(deps, call, withdrawal, {
    isDone: ({ status, ...paid }) => status === 'paid' && paid.paidMinor === minor && paid.reference === reference,
    command: {
      operation: PAY,
      intent: [...intentOf(withdrawal), { name: 'amount', value: amount }, { name: 'reference', value: reference }],
      hold: { type: 'capture', holdId: id, minor },
      legs: payoutLegs(withdrawal, minor),
      context: JSON.stringify({ metadata: { withdrawalId: id, method, reference } }),
      reason: payoutReason(accountId, minor),
      audit: auditOf(call, 'withdrawal.pay', withdrawal, reference, { paid: amount }),
    },
  });
}

/** By an administrator. @throws WITHDRAWAL_NOT_FOUND, WITHDRAWAL_RESOLVED */
export async function rejectWithdrawal(
  deps: ResolveDeps,
  call: Call,
  { withdrawalId, reason }: RejectInput,
): Promise<Withdrawal> {
  requireRole(call.caller, 'admin');
  const withdrawal = await existing(deps.database, withdrawalId);
  return resolve(deps, call, withdrawal, {
    isDone: (rejected) => rejected.status === 'rejected' && rejected.reason === reason,
    command: {
      operation: REJECT,
      intent: [...intentOf(withdrawal), { name: 'reason', value: reason }],
      hold: { type: 'void', holdId: withdrawal.id },
      reason,
      audit: auditOf(call, 'withdrawal.reject', withdrawal, reason, {}),
    },
  });
}

interface Resolution {
  /** Whether a resolved withdrawal is what this one would make of it. */
  readonly isDone: (withdrawal: Withdrawal) => boolean;
  readonly command: Pick<LedgerCommand, 'operation' | 'intent' | 'hold'> & Partial<LedgerCommand>;
}

async function resolve(
  { engine, database }: ResolveDeps,
  call: Call,
  withdrawal: Withdrawal,
  { isDone, command }: Resolution,
): Promise<Withdrawal> {
  if (withdrawal.status === 'pending') {
    const { userId } = withdrawal;
    const common = { ...ofCall(call), journalId: newId(), legs: [], context: '{}', userId, reason: '' };
    try {
      await postOne(engine, call, { ...common, ...command });
    } catch (error) {
      // Somebody else was first, perhaps this very request.
      if (!(error instanceof AppError) || error.reason !== 'HOLD_RESOLVED') throw error;
    }
  }
  const resolved = withdrawal.status === 'pending' ? await existing(database, withdrawal.id) : withdrawal;
  if (!isDone(resolved)) throw errors.WITHDRAWAL_RESOLVED({ status: resolved.status });
  return resolved;
}

/** @throws WITHDRAWAL_NOT_FOUND */
async function existing(sql: Sql, id: string): Promise<Withdrawal> {
  const withdrawal = await findWithdrawal(sql, id);
  if (withdrawal === null) throw errors.WITHDRAWAL_NOT_FOUND();
  return withdrawal;
}

const intentOf = ({ id }: Withdrawal): readonly IntentField[] => [{ name: 'withdrawalId', value: id }];

const auditOf = (
  call: Call,
  action: string,
  { id, userId, accountId, minor }: Withdrawal,
  reason: string,
  more: Readonly<Record<string, string>>,
): LedgerCommand['audit'] => ({
  caller: callerKey(call.caller),
  action,
  target: `user:${userId}`,
  reason,
  details: { withdrawalId: id, asset: currencyOf(accountId), held: formatMinor(minor), ...more },
});
