import { describe, expect, it } from 'vitest';
import { deductionContext, readDeduction, spendingLegs } from './deduction.ts';

describe('a deduction', () => {
  it('keeps what was asked for, exactly', () => {
    const context = deductionContext(9_007_199_254_740_991n, { itemId: 'badge_premium', itemName: 'Premium Badge' });
    expect(readDeduction(context)).toEqual({
      points: 9_007_199_254_740_991n,
      metadata: { itemId: 'badge_premium', itemName: 'Premium Badge' },
    });
  });

  it('is not read from the context of another journal', () => {
    expect(() => readDeduction('{"metadata":{},"points":"a lot"}')).toThrow('no deduction');
  });

  it('goes from the user to the platform and sums to zero', () => {
    const [taken, given] = spendingLegs(7n, 5000n, 'purchase');
    expect([taken.minor, given.minor]).toEqual([-5000n, 5000n]);
  });
});
