/** How single values look at the public edge: their schemas, and how they are made of the contracts' values. */
import type { Money } from '@fanfare/contracts/common/v1/money';
import { type Currency, formatMinor } from '@fanfare/kit';
import { z } from 'zod';

export const id = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
export const money = z.string().regex(/^-?\d+\.\d{2}$/);
export const time = z.iso.datetime();
export const asset = z.enum(['coin', 'diamond', 'point']).meta({ id: 'Asset' });

export type Asset = z.output<typeof asset>;

/** Ids come from sequences capped at 2^53 - 1, so a number holds them exactly. */
export function idOf(id: bigint): number {
  const number = Number(id);
  if (!Number.isSafeInteger(number)) throw new Error(`id ${id} does not fit a JSON number`);
  return number;
}

/** For ids where the contract says nobody by 0. */
export const idUnlessZero = (id: bigint): number | null => (id === 0n ? null : idOf(id));

/** For texts where the contract says nothing by an empty one. */
export const textOrNull = (text: string): string | null => (text === '' ? null : text);

export const idOrNull = (id: bigint | undefined): number | null => (id === undefined ? null : idOf(id));

/** A missing amount is none: protobuf leaves out what was never set. */
export const moneyOf = (money: Money | undefined): string => formatMinor(money?.minor ?? 0n);

export const timeOrNull = (time: Date | undefined): string | null => time?.toISOString() ?? null;

/** For times that every stored object has. */
export function timeOf(time: Date | undefined): string {
  if (time === undefined) throw new Error('an object without its time');
  return time.toISOString();
}

const ASSETS: Readonly<Record<Currency, Asset>> = { COIN: 'coin', DIAMOND: 'diamond', POINT: 'point' };

/** `COIN` -> `coin`. */
export function assetOf(currency: string): Asset {
  const asset = ASSETS[currency as Currency];
  if (asset === undefined) throw new Error(`unknown currency ${currency}`);
  return asset;
}

/** `coin` -> `COIN`. */
export const currencyOf = (asset: Asset): Currency => asset.toUpperCase() as Currency;

/** The public name of one of the contract's numbers. @throws for a number of a later release */
export function nameOf<N extends string>(numbers: Readonly<Record<N, number>>, number: number): N {
  const name = (Object.keys(numbers) as N[]).find((each) => numbers[each] === number);
  if (name === undefined) throw new Error(`no name for ${number}`);
  return name;
}
