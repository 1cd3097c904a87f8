import { MAX_MINOR } from '@fanfare/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userAccount } from '../ledger/accounts.ts';
import { transferIntent, transferLegs } from './transfer.ts';

const transfer = { fromUserId: 7n, toUserId: 8n, currency: 'COIN', amount: 1250n } as const;

describe('a transfer', () => {
  it('moves the amount from one wallet to the other', () => {
    expect(transferLegs(transfer)).toEqual([
      { accountId: userAccount(7n, 'COIN'), minor: -1250n, action: 'transfer_sent' },
      { accountId: userAccount(8n, 'COIN'), minor: 1250n, action: 'transfer_received' },
    ]);
  });

  it('sums to zero for every amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: MAX_MINOR }), (amount) => {
        const legs = transferLegs({ ...transfer, amount });
        expect(legs.reduce((sum, leg) => sum + leg.minor, 0n)).toBe(0n);
      }),
    );
  });

  it('to oneself is refused', () => {
    expect(() => transferLegs({ ...transfer, toUserId: 7n })).toThrow(
      expect.objectContaining({ reason: 'TRANSFER_TO_SELF' }),
    );
  });

  it.each([
    ['currency', { currency: 'DIAMOND' as const }],
    ['amount', { amount: 0n }],
    ['amount', { amount: -1n }],
    ['toUserId', { toUserId: 0n }],
    ['toUserId', { toUserId: 2n ** 53n }],
  ])('is refused for its %s: %o', (field, wrong) => {
    expect(() => transferLegs({ ...transfer, ...wrong })).toThrow(
      expect.objectContaining({ kind: 'invalid', fields: { [field]: [expect.any(String)] } }),
    );
  });

  it('is the same request when receiver and amount are the same', () => {
    const intent = transferIntent(transfer, String);
    expect(intent).toEqual([
      { name: 'toUserId', value: '8' },
      { name: 'amount', value: '1250' },
    ]);
  });
});
