import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type PostedEntry, RunningBalances } from './verify-balances.ts';

/** Entries of a few accounts in the order they were posted. */
function post(amounts: readonly (readonly [number, number])[]): readonly PostedEntry[] {
  const seqs = new Map<number, number>();
  const balances = new Map<number, number>();
  return amounts.map(([account, minor]) => {
    seqs.set(account, (seqs.get(account) ?? 0) + 1);
    balances.set(account, (balances.get(account) ?? 0) + minor);
    const balanceAfter = `${balances.get(account)}`;
    return { accountId: `${account}`, seq: `${seqs.get(account)}`, minor: `${minor}`, balanceAfter, action: 'moved' };
  });
}

/** Follows them in pages, with as little memory as is asked for. */
function follow(entries: readonly PostedEntry[], page: number, remembered: number): void {
  const balances = new RunningBalances(remembered);
  for (let from = 0; from < entries.length; from += page) {
    const own = entries.slice(from, from + page);
    for (const { accountId, seq } of balances.unknown(own)) {
      const before = entries.find((entry) => entry.accountId === `${accountId}` && entry.seq === `${seq}`);
      if (before !== undefined) balances.learn(before);
    }
    for (const entry of own) balances.follow(entry);
  }
}

const amounts = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: -50, max: 50 })), { minLength: 1 });
const pages = fc.integer({ min: 1, max: 7 });

it('follows whatever was posted, however little is remembered', () => {
  fc.assert(
    fc.property(amounts, pages, fc.integer({ min: 0, max: 8 }), (list, page, remembered) => {
      follow(post(list), page, remembered);
    }),
  );
});

it('finds any amount, balance or seq that was changed', () => {
  const change = fc.constantFrom('minor', 'balanceAfter', 'seq');
  fc.assert(
    fc.property(amounts, pages, change, fc.nat(), (list, page, field, index) => {
      const entries = post(list);
      const at = index % entries.length;
      const wrong = entries.map((entry, n) =>
        n === at ? { ...entry, [field]: `${BigInt(entry[field]) + 1n}` } : entry,
      );
      expect(() => follow(wrong, page, 1000)).toThrow();
    }),
  );
});

it('finds an entry that is missing before another of its account', () => {
  const entries = post([
    [1, 10],
    [2, 5],
    [1, -3],
    [1, 4],
  ]);
  expect(() => follow(entries.toSpliced(2, 1), 2, 1000)).toThrow('account 1: entry 2 is missing before 3');
});
