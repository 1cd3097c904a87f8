import type { AdjustRequest, AdjustResponse } from '@fanfare/contracts/economy/v1/economy_service';
import { type Call, callerKey, formatMinor, invalid, requireRole } from '@fanfare/kit';
import { currencyIndexOf, issuance, userAccount } from '../accounts.ts';
import type { Engine } from '../engine.ts';
import { formatMoney } from '../format.ts';
import { parseAmount } from '../parse-amount.ts';
import { parseReason, parseUserId } from '../parse-request.ts';
import { journalIdFor, ofCall, postOne } from './post-one.ts';

const OPERATION = 'adjustment';

/**
 * Corrects a balance against the issuance account. What is taken must be there: a correction makes no debt and leaves a
 * frozen account alone. Its audit row is written by the batch that posts it.
 */
export async function adjustBalance(engine: Engine, request: AdjustRequest, call: Call): Promise<AdjustResponse> {
  requireRole(call.caller, 'admin');
  const { currency, minor } = parseAmount(request.amount);
  const userId = parseUserId('userId', request.userId);
  if (minor === 0n) throw invalid('amount', 'must not be zero');
  const reason = parseReason(request.reason);
  const amount = formatMinor(minor);
  const id = journalIdFor(call, OPERATION, request.id);
  const accountId = userAccount(userId, currency);
  const receipt = await postOne(engine, call, {
    ...ofCall(call),
    journalId: id,
    operation: OPERATION,
    intent: [
      { name: 'userId', value: `${userId}` },
      { name: 'asset', value: currency },
      { name: 'amount', value: amount },
      { name: 'reason', value: reason },
    ],
    legs: [
      { accountId: issuance(currency), minor: -minor, action: OPERATION },
      { accountId, minor, action: OPERATION },
    ],
    context: '{}',
    userId,
    reason,
    audit: {
      caller: callerKey(call.caller),
      action: 'wallet.adjust',
      target: `user:${userId}`,
      reason,
      details: { asset: currency, amount },
    },
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
