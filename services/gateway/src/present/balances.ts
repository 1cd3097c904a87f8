import type { Money } from '@fanfare/contracts/common/v1/money';
import type { Currency } from '@fanfare/kit';
import { z } from 'zod';
import { money, moneyOf } from './scalars.ts';

export const balances = z
  .object({ coin: money, diamond: money, point: money })
  .meta({ id: 'Balances', description: 'What a user can spend of each asset: balance minus holds.' });

/** Assets that are not mentioned are zero: a wallet opens with its first posting. */
export function balancesOf(amounts: readonly Money[]): z.output<typeof balances> {
  const of = (currency: Currency): string => moneyOf(amounts.find((amount) => amount.currency === currency));
  return { coin: of('COIN'), diamond: of('DIAMOND'), point: of('POINT') };
}
