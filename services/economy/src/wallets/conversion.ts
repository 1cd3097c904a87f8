/** Diamonds into coins, exactly. Pure. */
import { formatMinor, invalid, MAX_MINOR, type Minor, parseMinor } from '@fanfare/kit';
import { errors, type Refusal, refusalOf } from '../errors.ts';
import { issuance, userAccount } from '../ledger/accounts.ts';
import type { Leg } from '../ledger/command.ts';

const ACTION = 'conversion';
const PLACES = 6;
const MILLION = 10n ** BigInt(PLACES);

/** Coins for one diamond, as decimal text: above zero, below a billion, at most six places. */
export const RATE = /^(?=.*[1-9])\d{1,9}(?:\.\d{1,6})?$/;

export interface Rate {
  /** As it was configured: `1.00`. */
  readonly text: string;
  readonly millionths: bigint;
}

/** @param text matches {@link RATE} */
export function rateOf(text: string): Rate {
  const [whole = '0', fraction = ''] = text.split('.');
  return { text, millionths: BigInt(whole) * MILLION + BigInt(fraction.padEnd(PLACES, '0')) };
}

export interface Conversion {
  /** DIAMOND. */
  readonly from: Minor;
  /** COIN. */
  readonly to: Minor;
}

/** What so many diamonds are worth, rounded down. Both assets have two decimals. */
export const convert = (from: Minor, rate: Rate): Conversion => ({ from, to: (from * rate.millionths) / MILLION });

/** Why a conversion cannot be carried out, whatever the user has; null when it can. */
export function conversionRefusal({ to }: Conversion): Refusal | null {
  if (to === 0n) return refusalOf(errors.AMOUNT_TOO_SMALL());
  return to > MAX_MINOR ? refusalOf(invalid('amount', 'is too large')) : null;
}

/** Both assets leave and enter by issuance, so that each sums to zero. */
export const conversionLegs = (userId: bigint, { from, to }: Conversion): readonly Leg[] => [
  { accountId: userAccount(userId, 'DIAMOND'), minor: -from, action: ACTION },
  { accountId: issuance('DIAMOND'), minor: from, action: ACTION },
  { accountId: issuance('COIN'), minor: -to, action: ACTION },
  { accountId: userAccount(userId, 'COIN'), minor: to, action: ACTION },
];

/** What a repeat answers by, whatever the rate is by then; shown as the transaction's metadata. */
export const conversionContext = ({ from, to }: Conversion, rate: Rate): string =>
  JSON.stringify({
    rate: rate.text,
    from: { asset: 'DIAMOND', amount: formatMinor(from) },
    to: { asset: 'COIN', amount: formatMinor(to) },
  });

/** COIN that a conversion gave, by the context it was posted with. @throws when {@link conversionContext} did not make it */
export function coinsOfContext(context: string): Minor {
  const { to } = JSON.parse(context) as { readonly to?: { readonly amount?: string } };
  const coins = parseMinor(to?.amount ?? '');
  if (coins === null) throw new Error(`not the context of a conversion: ${context}`);
  return coins;
}
