/** Money is an exact count of minor units. COIN, DIAMOND and POINT have two decimals: 12.50 is 1250n. */

declare const minorBrand: unique symbol;

/** An amount in minor units (hundredths), signed. Never a `number`. */
export type Minor = bigint & { readonly [minorBrand]?: never };

export const CURRENCIES = ['COIN', 'DIAMOND', 'POINT'] as const;
export type Currency = (typeof CURRENCIES)[number];

export const isCurrency = (text: string): text is Currency => (CURRENCIES as readonly string[]).includes(text);

/** The largest amount one command may move: 2^53 - 1 minor units, so that JSON readers of our events stay exact. */
export const MAX_MINOR: Minor = 2n ** 53n - 1n;

/** `1250n` -> `'12.50'`. */
export function formatMinor(minor: Minor): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(3, '0');
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** `'12.5'` -> `1250n`. Null for anything that is not a plain decimal with at most two places, or beyond 2^53. */
export function parseMinor(text: string): Minor | null {
  const match = /^(-?)(\d{1,16})(?:\.(\d{1,2}))?$/.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '0', fraction = ''] = match;
  const size = BigInt(whole) * 100n + BigInt(fraction.padEnd(2, '0'));
  if (size > MAX_MINOR) return null;
  return sign === '-' ? -size : size;
}
