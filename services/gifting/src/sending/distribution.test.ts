import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apportion, distribute, type Recipient, totalCost } from './distribution.ts';

const half = { version: 1, recipientBasisPoints: 5000 };
const basisPoints = fc.integer({ min: 0, max: 10_000 });
const amount = fc.oneof(fc.bigInt(1n, 1000n), fc.bigInt(1n, 2n ** 53n), fc.bigInt(2n ** 53n, 2n ** 90n));
const recipients: fc.Arbitrary<Recipient[]> = fc
  .uniqueArray(fc.bigInt(1n, 2n ** 53n - 1n), { minLength: 1, maxLength: 50 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc
          .option(fc.record({ id: fc.bigInt(1n, 20n), commissionBasisPoints: basisPoints }), { nil: null })
          .map((agency) => (agency === null ? { id } : { id, agency })),
      ),
    ),
  );
const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);

test('a gift of 100 coins, twice, to one recipient is 100 diamonds and 100 for the platform', () => {
  expect(distribute(20_000n, [{ id: 7n }], half)).toEqual([
    { recipientId: 7n, cost: 20_000n, earnings: 10_000n, agencyId: null, commission: 0n, platform: 10_000n },
  ]);
});

test('an agency of ten percent takes a tenth of the earnings', () => {
  const [share] = distribute(20_000n, [{ id: 7n, agency: { id: 3n, commissionBasisPoints: 1000 } }], half);
  expect(share).toMatchObject({ earnings: 9000n, agencyId: 3n, commission: 1000n, platform: 10_000n });
});

test('a unit that two claim equally goes to the platform', () => {
  expect(distribute(1n, [{ id: 7n }], half)).toMatchObject([{ earnings: 0n, platform: 1n }]);
  expect(distribute(3n, [{ id: 7n }], half)).toMatchObject([{ earnings: 1n, platform: 2n }]);
});

test('whatever the rates and the size, every share sums exactly to its cost and nobody gets less than nothing', () => {
  fc.assert(
    fc.property(amount, recipients, basisPoints, (cost, named, recipientBasisPoints) => {
      const shares = distribute(cost, named, { version: 1, recipientBasisPoints });
      for (const { earnings, commission, platform } of shares) {
        expect(earnings + commission + platform).toBe(cost);
        expect([earnings, commission, platform].every((part) => part >= 0n)).toBe(true);
      }
      expect(sum(shares.map((share) => share.cost))).toBe(totalCost(cost, 1, named.length));
    }),
  );
});

test('every part is within one unit of its exact value', () => {
  fc.assert(
    fc.property(amount, basisPoints, basisPoints, (cost, recipientBasisPoints, commissionBasisPoints) => {
      const agency = { id: 1n, commissionBasisPoints };
      const [share] = distribute(cost, [{ id: 7n, agency }], { version: 1, recipientBasisPoints });
      const exact = cost * BigInt(recipientBasisPoints) * BigInt(commissionBasisPoints);
      const error = (share?.commission ?? 0n) * 100_000_000n - exact;
      expect(error > -100_000_000n && error < 100_000_000n).toBe(true);
    }),
  );
});

test('what one recipient earns does not depend on the others, nor on the order', () => {
  fc.assert(
    fc.property(amount, recipients, basisPoints, (cost, named, recipientBasisPoints) => {
      const split = { version: 1, recipientBasisPoints };
      const together = distribute(cost, named, split);
      expect(together).toEqual(named.flatMap((one) => distribute(cost, [one], split)));
      expect(distribute(cost, named.toReversed(), split)).toEqual(together.toReversed());
    }),
  );
});

test('units that are left go to the largest remainders', () => {
  expect(apportion(10n, [3n, 3n, 1n])).toEqual([4n, 4n, 2n]);
  expect(apportion(1n, [1n, 1n, 1n])).toEqual([1n, 0n, 0n]);
  fc.assert(
    fc.property(amount, fc.array(fc.bigInt(0n, 10_000n), { minLength: 1 }), (total, weights) => {
      fc.pre(sum(weights) > 0n);
      const parts = apportion(total, weights);
      expect(sum(parts)).toBe(total);
      const rests = weights.map((weight) => (total * weight) % sum(weights));
      const raised = parts.map((part, i) => part - (total * (weights[i] ?? 0n)) / sum(weights));
      const restsWhere = (extra: bigint): bigint[] => rests.filter((_, i) => raised[i] === extra);
      expect(raised.every((extra) => extra === 0n || extra === 1n)).toBe(true);
      expect(restsWhere(0n).every((low) => restsWhere(1n).every((high) => low <= high))).toBe(true);
    }),
  );
});

test('rates beyond the whole are refused', () => {
  expect(() => distribute(1n, [{ id: 1n }], { version: 1, recipientBasisPoints: 10_001 })).toThrow(RangeError);
  const agency = { id: 1n, commissionBasisPoints: -1 };
  expect(() => distribute(1n, [{ id: 1n, agency }], half)).toThrow(RangeError);
});
