import { type Call, formatMinor, type Minor, requireUser } from '@fanfare/kit';
import type { Config } from '../config.ts';
import type { Deps } from '../deps.ts';
import { journalIdFor, ofCall, postOne } from '../posting/post-one.ts';
import { coinsOfContext, conversionContext, conversionLegs, conversionRefusal, convert } from './conversion.ts';

const OPERATION = 'conversion';

export interface ConversionInput {
  /** The caller's own, from which the journal's id follows. */
  readonly id: string;
  readonly diamonds: Minor;
}

export interface Converted extends ConversionInput {
  readonly coins: Minor;
  readonly postedAt: Date;
}

type ConvertDeps = Pick<Deps, 'engine'> & { readonly config: Pick<Config, 'DIAMONDS_TO_COINS_RATE'> };

/**
 * Turns the caller's diamonds into coins. A repeat under the same id answers as the first time did, at the rate of
 * then: what is too small or too large at today's rate is the ledger's to refuse, which looks for the first time first.
 */
export async function convertDiamonds(
  { engine, config }: ConvertDeps,
  call: Call,
  { id: clientId, diamonds }: ConversionInput,
): Promise<Converted> {
  const userId = requireUser(call.caller);
  const rate = config.DIAMONDS_TO_COINS_RATE;
  const conversion = convert(diamonds, rate);
  const refusal = conversionRefusal(conversion);
  const id = journalIdFor(call, OPERATION, clientId);
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
  return { id, diamonds, coins: coinsOfContext(receipt.context), postedAt: receipt.postedAt };
}
