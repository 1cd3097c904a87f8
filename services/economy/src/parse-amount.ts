import type { Money } from '@fanfare/contracts/common/v1/money';
import { type Currency, invalid, isCurrency, MAX_MINOR, type Minor } from '@fanfare/kit';

export interface Amount {
  readonly currency: Currency;
  readonly minor: Minor;
}

/** An amount of one of our assets, at most 2^53 - 1 minor units either way. @throws AppError (invalid) */
export function parseAmount(amount: Money | undefined): Amount {
  if (amount === undefined) throw invalid('amount', 'is required');
  const { currency, minor } = amount;
  if (!isCurrency(currency)) throw invalid('asset', 'must be COIN, DIAMOND or POINT');
  if (minor > MAX_MINOR || minor < -MAX_MINOR) throw invalid('amount', 'is too large');
  return { currency, minor };
}

/** More than zero of this asset. @throws AppError (invalid) */
export function parsePositive(amount: Money | undefined, asset: Currency): Minor {
  const { currency, minor } = parseAmount(amount);
  if (currency !== asset) throw invalid('asset', `must be ${asset}`);
  if (minor <= 0n) throw invalid('amount', 'must be more than zero');
  return minor;
}
