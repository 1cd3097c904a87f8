import { MAX_MINOR } from '@fanfare/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currencyIndexOf } from '../ledger/accounts.ts';
import {
  coinsOfContext,
  conversionContext,
  conversionLegs,
  conversionRefusal,
  convert,
  RATE,
  rateOf,
} from './conversion.ts';

const rateText = fc
  .tuple(fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: 0, max: 999_999 }))
  .map(([whole, millionths]) => `${whole}.${String(millionths).padStart(6, '0')}`)
  .filter((text) => RATE.test(text));
const amount = fc.bigInt({ min: 1n, max: MAX_MINOR });

describe('a conversion', () => {
  it.each([
    ['1.00', 12_345n, 12_345n],
    ['0.5', 3n, 1n],
    ['0.333333', 300n, 99n],
    ['2', 7n, 14n],
    ['0.000001', 999_999n, 0n],
    ['0.000001', 1_000_000n, 1n],
  ])('at %s makes %s hundredths into %s', (rate, from, to) => {
    expect(convert(from, rateOf(rate))).toEqual({ from, to });
  });

  it('never gives more than the rate says, and less by less than one hundredth', () => {
    fc.assert(
      fc.property(amount, rateText, (from, text) => {
        const { to } = convert(from, rateOf(text));
        const exact = from * BigInt(text.replace('.', ''));
        expect(to * 1_000_000n <= exact && exact < (to + 1n) * 1_000_000n).toBe(true);
      }),
    );
  });

  it('in parts never gives more than at once', () => {
    fc.assert(
      fc.property(amount, amount, rateText, (one, other, text) => {
        const rate = rateOf(text);
        const parts = convert(one, rate).to + convert(other, rate).to;
        expect(parts <= convert(one + other, rate).to).toBe(true);
      }),
    );
  });

  it('sums to zero in each asset', () => {
    fc.assert(
      fc.property(amount, rateText, (from, text) => {
        const sums = [0n, 0n, 0n];
        for (const leg of conversionLegs(7n, convert(from, rateOf(text)))) {
          const index = currencyIndexOf(leg.accountId);
          sums[index] = (sums[index] ?? 0n) + leg.minor;
        }
        expect(sums).toEqual([0n, 0n, 0n]);
      }),
    );
  });

  it('into nothing, or into more than one command may move, is refused', () => {
    expect(conversionRefusal({ from: 1n, to: 0n })).toMatchObject({ reason: 'AMOUNT_TOO_SMALL' });
    expect(conversionRefusal({ from: 1n, to: MAX_MINOR + 1n })).toMatchObject({ details: { amount: 'is too large' } });
    expect(conversionRefusal({ from: 1n, to: MAX_MINOR })).toBeNull();
  });

  it('is read back out of its context, whatever the rate is by then', () => {
    fc.assert(
      fc.property(amount, rateText, (from, text) => {
        const conversion = convert(from, rateOf(text));
        fc.pre(conversionRefusal(conversion) === null);
        expect(coinsOfContext(conversionContext(conversion, rateOf(text)))).toBe(conversion.to);
      }),
    );
    expect(() => coinsOfContext('{}')).toThrow('not the context of a conversion');
  });

  it('says in its context what was given for what', () => {
    const rate = rateOf('0.50');
    expect(JSON.parse(conversionContext(convert(250n, rate), rate))).toEqual({
      rate: '0.50',
      from: { asset: 'DIAMOND', amount: '2.50' },
      to: { asset: 'COIN', amount: '1.25' },
    });
  });
});

it.each(['0', '0.00', '-1', '1.', '.5', '1.0000000', '1e3', '', '1,5', '1234567890', ' 1'])('%j is no rate', (text) => {
  expect(RATE.test(text)).toBe(false);
});
