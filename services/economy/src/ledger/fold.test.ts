import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, coins, command, commands, EMPTY, fold, reasonOf } from '../../test/fold-cases.ts';
import { type AccountId, currencyIndexOf } from './accounts.ts';
import type { LedgerCommand } from './command.ts';

/** Cuts a list at the given places. */
function cut<T>(list: readonly T[], places: readonly number[]): readonly (readonly T[])[] {
  const ends = [...new Set(places.map((place) => place % (list.length + 1)))].sort((a, b) => a - b);
  return [...ends, list.length].map((end, index) => list.slice(index === 0 ? 0 : ends[index - 1], end));
}

function foldInBatches(batches: readonly (readonly LedgerCommand[])[]) {
  let state = EMPTY;
  const entries: unknown[] = [];
  const verdicts: unknown[] = [];
  for (const batch of batches) {
    const folded = fold(batch, state);
    state = after(state, folded);
    entries.push(...folded.journals.map((journal) => [journal.command.journalId, journal.entries, journal.touched]));
    verdicts.push(...folded.verdicts);
  }
  return { state, entries, verdicts };
}

describe('a batch', () => {
  it('comes to the same balances, entries and verdicts as its commands one by one, however it is cut', () => {
    fc.assert(
      fc.property(commands, fc.array(fc.nat()), (list, places) => {
        expect(foldInBatches(cut(list, places))).toEqual(foldInBatches(list.map((each) => [each])));
      }),
    );
  });

  it('sums to zero in every asset, over accounts and over the entries of each journal', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const folded = fold(list);
        const total = [0n, 0n, 0n];
        for (const { id, ...row } of folded.accounts) add(total, id, row.balance);
        expect(total).toEqual([0n, 0n, 0n]);
        for (const { entries } of folded.journals) {
          const sums = [0n, 0n, 0n];
          for (const entry of entries) add(sums, entry.accountId, entry.minor);
          expect(sums).toEqual([0n, 0n, 0n]);
        }
      }),
    );
  });

  it('enters exactly the legs of the commands it accepts, in their order, and of its own only debts', () => {
    fc.assert(
      fc.property(commands, (list) => {
        for (const { command: of, entries } of fold(list).journals) {
          const entered = entries.map(({ accountId, minor, action }) => ({ accountId, minor, action }));
          const own = entered.filter(({ action }) => action.startsWith('debt_'));
          const asked = entered.filter(({ action }) => !action.startsWith('debt_'));
          if (of.legs.some((leg) => leg.shortfallToDebt === true)) continue; // fold-debts.test.ts
          expect(asked).toEqual(of.legs);
          expect(own.every(({ action }) => action === 'debt_repaid')).toBe(true);
        }
      }),
    );
  });

  it('never takes an account below its floor, held amounts included', () => {
    fc.assert(
      fc.property(commands, fc.bigInt({ min: 0n, max: 60n }), (list, held) => {
        const row = { balance: 80n, held, floor: 20n, seq: 1n, frozen: false };
        const state = { ...EMPTY, accounts: new Map([[coins(1), row]]) };
        for (const account of fold(list, state).accounts) {
          expect(account.balance - account.held).toBeGreaterThanOrEqual(account.floor);
        }
      }),
    );
  });

  it('keeps each entry one step after the one before it, with the balance in between', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const last = new Map<AccountId, { seq: bigint; balance: bigint }>();
        for (const { entries } of fold(list).journals) {
          for (const { accountId, seq, minor, balanceAfter } of entries) {
            const before = last.get(accountId) ?? { seq: 0n, balance: 0n };
            expect([seq, balanceAfter]).toEqual([before.seq + 1n, before.balance + minor]);
            last.set(accountId, { seq, balance: balanceAfter });
          }
        }
      }),
    );
  });

  it('has the same verdicts for all others when one command in it is bad', () => {
    fc.assert(
      fc.property(commands, fc.nat(), (list, place) => {
        const bad = command(99, [{ accountId: coins(1), minor: 5n, action: 'unbalanced' }]);
        const at = place % (list.length + 1);
        const { verdicts } = fold(list.toSpliced(at, 0, bad));
        expect(reasonOf(verdicts[at])).toBe('INVALID_ARGUMENT');
        expect(verdicts.toSpliced(at, 1)).toEqual(fold(list).verdicts);
      }),
    );
  });
});

function add(sums: bigint[], id: AccountId, minor: bigint): void {
  const index = currencyIndexOf(id);
  sums[index] = (sums[index] ?? 0n) + minor;
}
