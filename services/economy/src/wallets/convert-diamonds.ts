import type { ConvertRequest, ConvertResponse } from '@fanfare/contracts/economy/v1/economy_service';
import { type Call, formatMinor, invalid, requireUser } from '@fanfare/kit';
import { formatMoney } from '../format.ts';
import { parseAmount } from '../parse-amount.ts';
import { requireAsset } from '../parse-request.ts';
import type { Engine } from '../posting/engine.ts';
import { journalIdFor, ofCall, postOne } from '../posting/post-one.ts';
import {
  coinsOfContext,
  conversionContext,
  conversionLegs,
  conversionRefusal,
  convert,
  type Rate,
} from './conversion.ts';

const OPERATION = 'conversion';

/**
 * Turns the caller's diamonds into coins. A repeat under the same id answers as the first time did, at the rate of
 * then: what is too small or too large at today's rate is the ledger's to refuse, which looks for the first time first.
 */
export async function convertDiamonds(
  engine: Engine,
  rate: Rate,
  request: ConvertRequest,
  call: Call,
): Promise<ConvertResponse> {
  const userId = requireUser(call.caller);
  const diamonds = requireAsset(parseAmount(request.amount), 'DIAMOND');
  if (diamonds <= 0n) throw invalid('amount', 'must be more than zero');
  const conversion = convert(diamonds, rate);
  const refusal = conversionRefusal(conversion);
  const id = journalIdFor(call, OPERATION, request.id);
  const receipt = await postOne(engine, call, {
    ...ofCall(call),
    journalId: id,
    operation: OPERATION,
    intent: [{ name: 'amount', value: formatMinor(diamonds) }],
    legs: refusal === null ? conversionLegs(userId, conversion) : [],
    context: conversionContext(conversion, rate),
    userId,
    reason: '',
    refusal,
  });
  return {
    id,
    from: formatMoney('DIAMOND', diamonds),
    to: formatMoney('COIN', coinsOfContext(receipt.context)),
    createdAt: receipt.postedAt,
  };
}
