import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  after,
  capture,
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
  uuid,
} from '../../test/fold-cases.ts';
import type { LedgerCommand } from './command.ts';

const reasons = (list: readonly LedgerCommand[], state = EMPTY, at = POSTED_AT): readonly string[] =>
  fold(list, state, at).verdicts.map(reasonOf);
const pay = (id: number, minor: bigint): LedgerCommand => command(id, move(coins(1), coins(2), minor));
const held = after(EMPTY, fold([grant(1, 1, 100n), reserve(2, 1, 60n)]));
const coinsOf = (state: typeof EMPTY) => state.accounts.get(coins(1));

describe('a hold', () => {
  it('sets a part aside: what is available falls, the balance stays', () => {
    expect(coinsOf(held)).toMatchObject({ balance: 100n, held: 60n, seq: 1n });
    expect(reasons([pay(3, 41n), pay(4, 40n)], held)).toEqual(['INSUFFICIENT_FUNDS', 'accepted']);
  });

  it('needs what it holds, in an account that is not frozen', () => {
    expect(reasons([reserve(3, 1, 41n)], held)).toEqual(['INSUFFICIENT_FUNDS']);
    const row = { balance: 100n, held: 0n, floor: 0n, seq: 1n, frozen: true };
    expect(reasons([reserve(3, 1, 1n)], { ...EMPTY, accounts: new Map([[coins(1), row]]) })).toEqual([
      'ACCOUNT_FROZEN',
    ]);
  });

  it('of nothing, or that is over before it begins, is refused and leaves its id free', () => {
    const folded = fold([reserve(3, 1, 0n), reserve(4, 1, 1n, POSTED_AT)], held);
    expect(folded.verdicts.map(reasonOf)).toEqual(['INVALID_ARGUMENT', 'INVALID_ARGUMENT']);
    expect(folded.refusals).toEqual([]);
  });

  it('captured in part gives the rest back', () => {
    const folded = fold([capture(3, 2, 1, 25n)], held);
    expect(folded.holds).toMatchObject([{ id: uuid(2), status: 'captured', capturedMinor: 25n, resolvedBy: uuid(3) }]);
    expect(coinsOf(after(held, folded))).toMatchObject({ balance: 75n, held: 0n });
  });

  it('is captured for exactly what the legs take, and for no more than it holds', () => {
    const other = { ...capture(3, 2, 1, 25n), legs: move(coins(1), coins(2), 24n) };
    expect(reasons([other, capture(4, 2, 1, 61n)], held)).toEqual(['INVALID_ARGUMENT', 'INSUFFICIENT_FUNDS']);
  });

  it('voided gives everything back', () => {
    const state = after(held, fold([end(3, 2, 'void')], held));
    expect(coinsOf(state)).toMatchObject({ balance: 100n, held: 0n });
    expect(state.holds.get(uuid(2))).toMatchObject({ status: 'voided', capturedMinor: 0n });
  });

  it('expires when its time is over and not before, and cannot be captured from then on', () => {
    expect(reasons([end(3, 2, 'expire')], held)).toEqual(['HOLD_NOT_EXPIRED']);
    expect(reasons([capture(4, 2, 1, 1n), end(3, 2, 'expire')], held, LATER)).toEqual(['HOLD_EXPIRED', 'accepted']);
  });

  it.each([
    ['captured', capture(3, 2, 1, 60n)],
    ['voided', end(3, 2, 'void')],
    ['expired', end(3, 2, 'expire')],
  ])('that was %s is not resolved again', (status, first) => {
    const at = status === 'expired' ? LATER : POSTED_AT;
    const folded = fold([first, capture(4, 2, 1, 1n), end(5, 2, 'void'), end(6, 2, 'expire')], held, at);
    const [accepted, ...others] = folded.verdicts;
    expect(reasonOf(accepted)).toBe('accepted');
    for (const verdict of others) {
      expect(verdict).toMatchObject({ refusal: { reason: 'HOLD_RESOLVED', details: { status } } });
    }
  });

  it('that does not exist is not found, and the id stays free', () => {
    const folded = fold([end(3, 9, 'void')], held);
    expect(folded.verdicts.map(reasonOf)).toEqual(['HOLD_NOT_FOUND']);
    expect(folded.refusals).toEqual([]);
  });

  it('moves nothing when it is set or voided', () => {
    const legs = move(coins(1), coins(2), 1n);
    expect(
      reasons(
        [
          { ...reserve(3, 1, 1n), legs },
          { ...end(4, 2, 'void'), legs },
        ],
        held,
      ),
    ).toEqual(['INVALID_ARGUMENT', 'INVALID_ARGUMENT']);
  });
});

it('what an account holds is always the sum of its open holds', () => {
  fc.assert(
    fc.property(commands, (list) => {
      const state = after(EMPTY, fold(list));
      const open = [...state.holds.values()].filter(({ status }) => status === 'open');
      for (const [id, { held: sum }] of state.accounts) {
        const own = open.filter(({ accountId }) => accountId === id);
        expect(sum).toBe(own.reduce((total, { minor }) => total + minor, 0n));
      }
    }),
  );
});
