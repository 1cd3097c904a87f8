import { describe, expect, it } from 'vitest';
import { issuance, userAccount } from '../ledger/accounts.ts';
import {
  CANCEL,
  paidMinorOf,
  parseReference,
  parseWithdrawal,
  payoutLegs,
  payoutReason,
  REJECT,
  statusOf,
} from './withdrawal.ts';

const diamonds = (minor: bigint) => ({ currency: 'DIAMOND' as const, minor });
const held = { userId: 7n, accountId: userAccount(7n, 'DIAMOND'), minor: 1000n };
const refusedFor = (field: string) =>
  expect.objectContaining({ kind: 'invalid', fields: { [field]: expect.anything() } });

describe('a withdrawal', () => {
  it.each([
    ['open', null, 'pending'],
    ['captured', 'withdrawal.pay', 'paid'],
    ['captured', 'gift.send', 'paid'],
    ['voided', CANCEL, 'cancelled'],
    ['voided', REJECT, 'rejected'],
    ['expired', 'hold.expire', 'expired'],
  ] as const)('whose hold is %s by %s is %s', (hold, resolution, status) => {
    expect(statusOf(hold, resolution)).toBe(status);
  });

  it('is of diamonds or points', () => {
    expect(parseWithdrawal(diamonds(5n), 'bank', 'DE02').currency).toBe('DIAMOND');
    expect(parseWithdrawal({ currency: 'POINT', minor: 5n }, 'bank', 'DE02').currency).toBe('POINT');
    expect(() => parseWithdrawal({ currency: 'COIN', minor: 5n }, 'bank', 'DE02')).toThrow(refusedFor('asset'));
  });

  it.each([
    ['amount', 0n, 'bank', 'DE02'],
    ['amount', -5n, 'bank', 'DE02'],
    ['method', 5n, '', 'DE02'],
    ['method', 5n, 'x'.repeat(65), 'DE02'],
    ['destination', 5n, 'bank', ''],
    ['destination', 5n, 'bank', 'x'.repeat(201)],
    ['destination', 5n, 'bank', 'DE02\u0000'],
    ['destination', 5n, 'bank', 'DE02\nBCC: me'],
  ])('is refused for its %s: %s %s %s', (field, minor, method, destination) => {
    expect(() => parseWithdrawal(diamonds(minor), method, destination)).toThrow(refusedFor(field));
  });
});

describe('a payment', () => {
  it('takes what is held, or the part that is named', () => {
    expect(paidMinorOf(held, null)).toBe(1000n);
    expect(paidMinorOf(held, diamonds(1n))).toBe(1n);
    expect(paidMinorOf(held, { currency: null, minor: 1n })).toBe(1n);
    expect(paidMinorOf(held, diamonds(1000n))).toBe(1000n);
  });

  it.each([
    ['amount', diamonds(1001n)],
    ['amount', diamonds(0n)],
    ['asset', { currency: 'POINT' as const, minor: 10n }],
  ])('is refused for its %s: %o', (field, amount) => {
    expect(() => paidMinorOf(held, amount)).toThrow(refusedFor(field));
  });

  it('leaves the system where diamonds enter it, and says so in words', () => {
    expect(payoutLegs(held, 250n)).toEqual([
      { accountId: held.accountId, minor: -250n, action: 'withdrawal' },
      { accountId: issuance('DIAMOND'), minor: 250n, action: 'withdrawal' },
    ]);
    expect(payoutReason(held.accountId, 250n)).toBe('Withdrew 2.50 diamonds');
    expect(payoutReason(userAccount(7n, 'POINT'), 1000n)).toBe('Withdrew 10.00 points');
  });

  it('needs no reference, and not one that is longer than a line', () => {
    expect(parseReference('')).toBe('');
    expect(() => parseReference('x'.repeat(201))).toThrow(refusedFor('reference'));
  });
});
