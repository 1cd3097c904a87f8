/** From the ledger's values to messages of the wire. */
import type { Money } from '@fanfare/contracts/common/v1/money';
import { CURRENCIES, type Currency } from '@fanfare/kit';
import type { Balances } from './ledger/command.ts';

export const formatMoney = (currency: Currency, minor: bigint): Money => ({ currency, minor });

/** COIN, DIAMOND, POINT. */
export const formatBalances = (balances: Balances): Money[] =>
  CURRENCIES.map((currency, index) => formatMoney(currency, balances[index] ?? 0n));
