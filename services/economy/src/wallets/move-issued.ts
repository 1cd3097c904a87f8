import { type Call, formatMinor, invalid, type Minor, requireRole } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { currencyIndexOf, issuance, userAccount } from '../ledger/accounts.ts';
import type { Amount } from '../parse-amount.ts';
import { postAudited } from '../posting/post-audited.ts';

export interface MovementInput {
  /** The administrator's own, from which the journal's id follows. */
  readonly id: string;
  readonly userId: bigint;
  readonly amount: Amount;
  readonly reason: string;
}

export interface Moved extends MovementInput {
  /** What the user can spend of this asset then. */
  readonly balance: Minor;
  readonly postedAt: Date;
}

interface Movement {
  readonly operation: string;
  /** In the audit row. */
  readonly action: string;
  /** @returns what is wrong with the amount, or null */
  readonly problem: (minor: Minor) => string | null;
}

/**
 * An administrator moves an asset from the issuance account into a wallet, or back when the amount is below zero. What
 * is taken must be there, and a frozen account is left alone.
 * @throws USER_NOT_FOUND
 */
export async function moveIssued(
  deps: Pick<Deps, 'engine' | 'users'>,
  call: Call,
  { operation, action, problem }: Movement,
  { id: clientId, userId, amount, reason }: MovementInput,
): Promise<Moved> {
  requireRole(call.caller, 'admin');
  const { currency, minor } = amount;
  const wrong = problem(minor);
  if (wrong !== null) throw invalid('amount', wrong);
  await deps.users.require([userId]);
  const accountId = userAccount(userId, currency);
  const { id, receipt } = await postAudited(deps.engine, call, {
    operation,
    action,
    clientId,
    userId,
    asked: { asset: currency, amount: formatMinor(minor) },
    reason,
    legs: [
      { accountId: issuance(currency), minor: -minor, action: operation },
      { accountId, minor, action: operation },
    ],
    context: '{}',
  });
  const balance = receipt.balances[currencyIndexOf(accountId)] ?? 0n;
  return { id, userId, amount, reason, balance, postedAt: receipt.postedAt };
}
