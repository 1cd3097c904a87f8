import { CURRENCIES } from '@fanfare/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccountKind, accountIdOf, currencyOf, floorOf, kindOf, MAX_OWNER_ID, ownerOf, walletOf } from './accounts.ts';

const account = fc.tuple(
  fc.constantFrom<AccountKind>(1, 2, 3, 4),
  fc.bigInt({ min: 0n, max: MAX_OWNER_ID }),
  fc.constantFrom(...CURRENCIES),
);

describe('an account id', () => {
  it('tells kind, owner and currency again, so that no two accounts share one', () => {
    fc.assert(
      fc.property(account, ([kind, owner, currency]) => {
        const id = accountIdOf(kind, owner, currency);
        expect([kindOf(id), ownerOf(id), currencyOf(id)]).toEqual([kind, owner, currency]);
      }),
    );
  });

  it('fits in a signed 64-bit column for the greatest owner id', () => {
    const greatest = accountIdOf(AccountKind.ACCOUNT_KIND_ISSUANCE, MAX_OWNER_ID, 'POINT');
    expect(greatest).toBeLessThan(2n ** 63n);
    expect(BigInt.asIntN(64, greatest)).toBe(greatest);
  });

  it('is not made for an owner beyond 2^53 - 1, a negative one or an unknown kind', () => {
    expect(() => accountIdOf(1, MAX_OWNER_ID + 1n, 'COIN')).toThrow(RangeError);
    expect(() => accountIdOf(1, -1n, 'COIN')).toThrow(RangeError);
    expect(() => accountIdOf(0, 1n, 'COIN')).toThrow(RangeError);
  });

  it('is known by its three currencies for a wallet', () => {
    expect(walletOf(7n).map(currencyOf)).toEqual(['COIN', 'DIAMOND', 'POINT']);
    expect(walletOf(7n)).toEqual([452n, 453n, 454n]);
  });
});

it('only issuance may go below zero', () => {
  const floors = ([1, 2, 3, 4] as const).map((kind) => floorOf(accountIdOf(kind, 0n, 'COIN')));
  expect(floors).toEqual([0n, 0n, 0n, -(2n ** 62n)]);
});
