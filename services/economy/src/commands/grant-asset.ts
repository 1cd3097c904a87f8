import type { GrantRequest, GrantResponse } from '@fanfare/contracts/economy/v1/economy_service';
import { type Call, callerKey, formatMinor, invalid, requireRole } from '@fanfare/kit';
import { issuance, userAccount } from '../accounts.ts';
import type { Engine } from '../engine.ts';
import { formatMoney } from '../format.ts';
import { parseAmount } from '../parse-amount.ts';
import { parseReason, parseUserId } from '../parse-request.ts';
import { journalIdFor, ofCall, postOne } from './post-one.ts';

const OPERATION = 'grant';

/**
 * Gives a user an asset out of the issuance account. The audit row is written by the batch that posts the journal, in
 * its transaction: there is no grant without its row and no row without its grant.
 */
export async function grantAsset(engine: Engine, request: GrantRequest, call: Call): Promise<GrantResponse> {
  requireRole(call.caller, 'admin');
  const { currency, minor } = parseAmount(request.amount);
  const userId = parseUserId('userId', request.userId);
  if (minor <= 0n) throw invalid('amount', 'must be more than zero');
  const reason = parseReason(request.reason);
  const amount = formatMinor(minor);
  const id = journalIdFor(call, OPERATION, request.id);
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
      { accountId: userAccount(userId, currency), minor, action: OPERATION },
    ],
    context: '{}',
    userId,
    reason,
    audit: {
      caller: callerKey(call.caller),
      action: 'wallet.grant',
      target: `user:${userId}`,
      reason,
      details: { asset: currency, amount },
    },
  });
  return { id, userId, amount: formatMoney(currency, minor), reason, createdAt: receipt.postedAt };
}
