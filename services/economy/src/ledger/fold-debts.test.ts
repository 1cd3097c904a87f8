import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  after,
  capture,
  clawBack,
  coins,
  command,
  commands,
  EMPTY,
  end,
  fold,
  grant,
  LATER,
  move,
  POSTED_AT,
  reasonOf,
  reserve,
} from '../../test/fold-cases.ts';
import { debtOf, issuance, userAccount, userOf } from './accounts.ts';
import type { LedgerState } from './fold.ts';

const balance = (state: LedgerState, id = coins(1)): bigint => state.accounts.get(id)?.balance ?? 0n;
const owed = (state: LedgerState): bigint => balance(state, debtOf(coins(1)));
const legsOf = (folded: ReturnType<typeof fold>) =>
  folded.journals.flatMap(({ entries }) => entries.map(({ accountId, minor, action }) => [accountId, minor, action]));

describe('a clawback', () => {
  it('takes the balance as long as there is one', () => {
    const state = after(EMPTY, fold([grant(1, 1, 100n), clawBack(2, 1, 60n)]));
    expect([balance(state), owed(state)]).toEqual([40n, 0n]);
  });

  it('takes what is left and makes a debt of the rest', () => {
    const folded = fold([grant(1, 1, 40n), clawBack(2, 1, 100n)]);
    expect(legsOf(folded).slice(2)).toEqual([
      [coins(1), -40n, 'refund'],
      [debtOf(coins(1)), -60n, 'debt_incurred'],
      [issuance('COIN'), 100n, 'refund'],
    ]);
  });

  it('makes a debt of all of it where nothing is left', () => {
    const folded = fold([clawBack(1, 1, 100n)]);
    expect(legsOf(folded)[0]).toEqual([debtOf(coins(1)), -100n, 'debt_incurred']);
  });

  it('takes neither what is held nor what must stay, and does not mind that the wallet is frozen', () => {
    const row = { balance: 100n, held: 30n, floor: 20n, seq: 1n, frozen: true };
    const state = { ...EMPTY, accounts: new Map([[coins(1), row]]) };
    const folded = fold([clawBack(1, 1, 100n)], state);
    expect(legsOf(folded).slice(0, 2)).toEqual([
      [coins(1), -50n, 'refund'],
      [debtOf(coins(1)), -50n, 'debt_incurred'],
    ]);
  });

  it.each([
    ['a credit', move(issuance('COIN'), coins(1), 5n).map((leg) => ({ ...leg, shortfallToDebt: leg.minor > 0n }))],
    ['the platform', move(issuance('COIN'), coins(1), 5n).map((leg) => ({ ...leg, shortfallToDebt: leg.minor < 0n }))],
    ['an account that has another leg', [...clawBack(1, 1, 5n).legs, ...move(coins(1), coins(2), 1n)]],
  ])('of %s is refused', (_, legs) => {
    expect(fold([command(1, legs)]).verdicts.map(reasonOf)).toEqual(['INVALID_ARGUMENT']);
  });
});

it('a clawback is not part of a capture, which takes what is held', () => {
  const state = after(EMPTY, fold([grant(1, 1, 100n), reserve(2, 1, 100n)]));
  const { legs, hold } = { legs: clawBack(3, 1, 100n).legs, hold: capture(3, 2, 1, 100n).hold };
  expect(fold([command(3, legs, { hold })], state).verdicts.map(reasonOf)).toEqual(['INVALID_ARGUMENT']);
});

it('no journal takes a balance near the end of int8', () => {
  const far = { balance: 2n ** 62n - 5n, held: 0n, floor: 0n, seq: 1n, frozen: false };
  const state = { ...EMPTY, accounts: new Map([[coins(1), far]]) };
  const folded = fold([grant(1, 1, 6n), grant(2, 1, 5n)], state);
  expect(folded.verdicts.map(reasonOf)).toEqual(['INVALID_ARGUMENT', 'accepted']);
  const owing = { ...far, balance: -(2n ** 62n) + 5n };
  const deep = { ...EMPTY, accounts: new Map([[debtOf(coins(1)), owing]]) };
  expect(fold([clawBack(1, 1, 6n)], deep).verdicts.map(reasonOf)).toEqual(['INVALID_ARGUMENT']);
});

describe('a debt', () => {
  const indebted = after(EMPTY, fold([clawBack(1, 1, 100n)]));

  it('is repaid first by every later credit of the same asset', () => {
    const first = after(indebted, fold([grant(2, 1, 70n)], indebted));
    expect([balance(first), owed(first)]).toEqual([0n, -30n]);
    const second = after(first, fold([grant(3, 1, 70n)], first));
    expect([balance(second), owed(second)]).toEqual([40n, 0n]);
  });

  it('shows in the statement as a credit and its repayment', () => {
    expect(legsOf(fold([grant(2, 1, 70n)], indebted)).slice(1)).toEqual([
      [coins(1), 70n, 'received'],
      [coins(1), -70n, 'debt_repaid'],
      [debtOf(coins(1)), 70n, 'debt_repaid'],
    ]);
  });

  it.each([
    ['voided', end(4, 2, 'void'), 30n, 0n],
    ['expired', end(4, 2, 'expire'), 30n, 0n],
    ['captured in part', capture(4, 2, 1, 60n), 0n, -30n],
  ])('is repaid by what a hold sets free that is %s', (_, resolution, left, debt) => {
    // 100 are held, a clawback of 70 finds nothing.
    const held = after(EMPTY, fold([grant(1, 1, 100n), reserve(2, 1, 100n), clawBack(3, 1, 70n)]));
    expect([balance(held), owed(held)]).toEqual([100n, -70n]);
    const state = after(held, fold([resolution], held, resolution.hold?.type === 'expire' ? LATER : POSTED_AT));
    expect([balance(state), owed(state), state.accounts.get(coins(1))?.held]).toEqual([left, debt, 0n]);
  });

  it('is repaid by the greatest amount that one leg can have, and the rest by later credits', () => {
    const most = 2n ** 53n - 1n;
    const deep = after(EMPTY, fold([clawBack(1, 1, most), clawBack(2, 1, most)]));
    const both = [...move(issuance('COIN'), coins(1), most), ...move(issuance('COIN'), coins(1), most)];
    const state = after(deep, fold([command(3, both)], deep));
    expect([balance(state), owed(state)]).toEqual([most, -most]);
  });

  it('is not repaid out of another asset, nor by somebody else', () => {
    const diamonds = command(2, move(issuance('DIAMOND'), userAccount(1n, 'DIAMOND'), 70n));
    const state = after(indebted, fold([diamonds, grant(3, 2, 70n)], indebted));
    expect(owed(state)).toBe(-100n);
  });

  it('is repaid by what a journal leaves of its credits', () => {
    const through = [...move(issuance('COIN'), coins(1), 50n), ...move(coins(1), coins(2), 20n)];
    const state = after(indebted, fold([command(2, through)], indebted));
    expect([balance(state), owed(state), balance(state, coins(2))]).toEqual([0n, -70n, 20n]);
  });

  it('is never above zero, and never stands beside money that came after it', () => {
    fc.assert(
      fc.property(commands, (list) => {
        for (const { entries } of fold(list).journals) {
          for (const { accountId, balanceAfter } of entries.filter(({ action }) => action.startsWith('debt_'))) {
            if (userOf(accountId) === null) expect(balanceAfter).toBeLessThanOrEqual(0n);
          }
        }
      }),
    );
  });
});

describe('a limit', () => {
  const earn = (id: number, minor: bigint) => ({
    ...grant(id, 1, minor),
    limit: { key: 'earned:1', maxMinor: 60n, minor, expiresAt: LATER },
  });

  it('lets pass what fits, tells what is left of it otherwise, and leaves the id free', () => {
    const folded = fold([earn(1, 40n), earn(2, 21n), earn(3, 20n)]);
    expect(folded.verdicts.map(reasonOf)).toEqual(['accepted', 'LIMIT_EXCEEDED', 'accepted']);
    expect(folded.verdicts[1]).toMatchObject({ refusal: { details: { limit: '0.60', available: '0.20' } } });
    expect(folded.refusals).toEqual([]);
    expect(folded.limits).toEqual([{ key: 'earned:1', used: 60n, expiresAt: LATER }]);
  });

  it('counts what was accepted, once, and never more than its maximum', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const folded = fold(list);
        const counted = new Map<string, bigint>();
        for (const { command: of } of folded.journals) {
          if (of.limit !== null) counted.set(of.limit.key, (counted.get(of.limit.key) ?? 0n) + of.limit.minor);
        }
        expect(new Map(folded.limits.map(({ key, used }) => [key, used]))).toEqual(counted);
        for (const used of counted.values()) expect(used).toBeLessThanOrEqual(60n);
      }),
    );
  });
});
