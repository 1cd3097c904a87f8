/** Amounts of money that providers move, which do not all have two decimals. Pure. */

/** Upper-case, as ISO 4217 has it. */
const CODE = /^[A-Z]{3}$/;

export const isFiatCurrency = (code: string): boolean => CODE.test(code);

/**
 * `499n` of USD -> `4.99`, of JPY -> `499`. The number of decimals is that of ISO 4217, by the tables of ECMA-402.
 * @param code passes {@link isFiatCurrency}
 * @param minor not negative
 */
export function formatFiat(code: string, minor: bigint): string {
  const { maximumFractionDigits: places = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency: code,
  }).resolvedOptions();
  if (places === 0) return `${minor}`;
  const digits = `${minor}`.padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
