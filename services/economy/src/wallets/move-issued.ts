import type { AdjustRequest, AdjustResponse, GrantRequest } from '@fanfare/contracts/economy/v1/economy_service';
import { type Call, formatMinor, invalid, type Minor, requireRole } from '@fanfare/kit';
import { formatMoney } from '../format.ts';
import { currencyIndexOf, issuance, userAccount } from '../ledger/accounts.ts';
import { parseAmount } from '../parse-amount.ts';
import { parseReason, parseUserId } from '../parse-request.ts';
import type { Engine } from '../posting/engine.ts';
import { postAudited } from '../posting/post-audited.ts';

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
 */
export async function moveIssued(
  engine: Engine,
  request: GrantRequest | AdjustRequest,
  call: Call,
  { operation, action, problem }: Movement,
): Promise<AdjustResponse> {
  requireRole(call.caller, 'admin');
  const { currency, minor } = parseAmount(request.amount);
  const userId = parseUserId('userId', request.userId);
  const wrong = problem(minor);
  if (wrong !== null) throw invalid('amount', wrong);
  const reason = parseReason(request.reason);
  const accountId = userAccount(userId, currency);
  const { id, receipt } = await postAudited(engine, call, {
    operation,
    action,
    clientId: request.id,
    userId,
    asked: { asset: currency, amount: formatMinor(minor) },
    reason,
    legs: [
      { accountId: issuance(currency), minor: -minor, action: operation },
      { accountId, minor, action: operation },
    ],
    context: '{}',
  });
  return {
    id,
    userId,
    amount: formatMoney(currency, minor),
    balance: formatMoney(currency, receipt.balances[currencyIndexOf(accountId)] ?? 0n),
    reason,
    createdAt: receipt.postedAt,
  };
}
