import { expect, it } from 'vitest';
import { formatFiat, isFiatCurrency } from './fiat.ts';

it.each([
  ['USD', 499n, '4.99'],
  ['USD', 5n, '0.05'],
  ['EUR', 0n, '0.00'],
  ['JPY', 499n, '499'],
  ['KWD', 1234n, '1.234'],
  ['MYR', 9_007_199_254_740_991n, '90071992547409.91'],
])('an amount of %s is written with the decimals of its currency', (code, minor, text) => {
  expect(formatFiat(code, minor)).toBe(text);
});

it.each(['', 'usd', 'US', 'USDT', 'U$D'])('%j is no currency', (code) => {
  expect(isFiatCurrency(code)).toBe(false);
});
