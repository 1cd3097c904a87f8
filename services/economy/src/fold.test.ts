import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccountId, currencyIndexOf, floorOf, issuance, userAccount } from './accounts.ts';
import type { LedgerCommand, Leg, Verdict } from './command.ts';
import { type Folded, foldBatch, type LedgerState } from './fold.ts';
import type { AccountRow } from './working-accounts.ts';

const POSTED_AT = new Date('2026-01-01T00:00:00Z');
const EMPTY: LedgerState = {
  accounts: new Map(),
  journals: new Map(),
  refusals: new Map(),
  holds: new Map(),
  limits: new Map(),
};
const uuid = (n: number): string => `00000000-0000-5000-8000-${n.toString(16).padStart(12, '0')}`;

function command(id: number, legs: readonly Leg[], more: Partial<LedgerCommand> = {}): LedgerCommand {
  const intent = [{ name: 'legs', value: legs.map((leg) => `${leg.accountId}:${leg.minor}`).join(' ') }];
  const base = { operation: 'test', context: '{}', reason: '', traceparent: '', correlationId: '' };
  return {
    ...base,
    journalId: uuid(id),
    intent,
    legs,
    userId: 1n,
    refusal: null,
    hold: null,
    limit: null,
    tenantId: null,
    audit: null,
    ...more,
  };
}

const move = (from: AccountId, to: AccountId, minor: bigint): Leg[] => [
  { accountId: from, minor: -minor, action: 'sent' },
  { accountId: to, minor, action: 'received' },
];

const coins = (user: number): AccountId => userAccount(BigInt(user), 'COIN');
const grant = (id: number, user: number, minor: bigint): LedgerCommand =>
  command(id, move(issuance('COIN'), coins(user), minor));
const fold = (commands: readonly LedgerCommand[], state = EMPTY): Folded => foldBatch(state, commands, POSTED_AT);

/** The state a next batch would read. */
function after(state: LedgerState, folded: Folded): LedgerState {
  const accounts = new Map(state.accounts);
  const journals = new Map(state.journals);
  const refusals = new Map(state.refusals);
  const holds = new Map(state.holds);
  const limits = new Map(state.limits);
  for (const { id, balance, held, floor, seq, frozen } of folded.accounts) {
    accounts.set(id, { balance, held, floor, seq, frozen });
  }
  for (const { command: of, intent, balances } of folded.journals) {
    const receipt = { postedAt: POSTED_AT, balances, context: of.context, repeated: true };
    journals.set(of.journalId, { intent, receipt });
  }
  for (const refusal of folded.refusals) refusals.set(refusal.journalId, refusal);
  for (const { id, accountId, operation, minor, capturedMinor, status, expiresAt } of folded.holds) {
    holds.set(id, { accountId, operation, minor, capturedMinor, status, expiresAt });
  }
  for (const { key, used } of folded.limits) limits.set(key, used);
  return { accounts, journals, refusals, holds, limits };
}

const reasonOf = (verdict: Verdict | undefined): string =>
  verdict?.type === 'refused' ? verdict.refusal.reason : (verdict?.type ?? 'none');

/** Commands that pay, overdraw, are malformed, reuse ids, and carry refusals: all that can meet in a batch. */
const commands = fc
  .array(
    fc.record({
      id: fc.integer({ min: 0, max: 12 }),
      from: fc.integer({ min: 0, max: 3 }),
      to: fc.integer({ min: 1, max: 3 }),
      minor: fc.bigInt({ min: 1n, max: 50n }),
      skew: fc.constantFrom('none', 'none', 'none', 'none', 'unbalanced', 'across assets'),
      earned: fc.bigInt({ min: 0n, max: 5n }),
      refused: fc.constantFrom(false, false, false, true),
      currency: fc.constantFrom('COIN' as const, 'DIAMOND' as const),
    }),
    { maxLength: 30 },
  )
  .map((rows) =>
    rows.map(({ id, from, to, minor, skew, earned, refused, currency }) => {
      const source = from === 0 ? issuance(currency) : userAccount(BigInt(from), currency);
      const legs = move(source, userAccount(BigInt(to), currency), minor);
      if (earned > 0n) legs.push(...move(issuance('POINT'), userAccount(BigInt(to), 'POINT'), earned));
      if (skew !== 'none') legs.push({ accountId: source, minor: -1n, action: 'skew' });
      if (skew === 'across assets') legs.push({ accountId: issuance('POINT'), minor: 1n, action: 'skew' });
      const refusal = { kind: 'forbidden', reason: 'SENDER_BLOCKED', message: 'No.', details: {} } as const;
      return command(id, legs, { refusal: refused ? refusal : null });
    }),
  );

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

  it('enters exactly the legs of the commands it accepts, in their order', () => {
    fc.assert(
      fc.property(commands, (list) => {
        for (const { command: of, entries } of fold(list).journals) {
          expect(entries.map(({ accountId, minor, action }) => ({ accountId, minor, action }))).toEqual(of.legs);
        }
      }),
    );
  });

  it('never takes an account below its floor, held amounts included', () => {
    fc.assert(
      fc.property(commands, fc.bigInt({ min: 0n, max: 60n }), (list, held) => {
        const row = { balance: 60n, held, floor: 0n, seq: 1n, frozen: false };
        const state = { ...EMPTY, accounts: new Map<AccountId, AccountRow>([[coins(1), row]]) };
        for (const { id, ...now } of fold(list, state).accounts) {
          expect(now.balance - now.held).toBeGreaterThanOrEqual(floorOf(id));
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

describe('funds', () => {
  it('are refused with what is required and what is available', () => {
    const { verdicts } = fold([grant(1, 1, 15_000n), command(2, move(coins(1), coins(2), 20_000n))]);
    expect(verdicts[1]).toEqual({
      type: 'refused',
      refusal: {
        kind: 'failed_precondition',
        reason: 'INSUFFICIENT_FUNDS',
        message: 'Insufficient funds. Required: 200.00, Available: 150.00',
        details: { required: '200.00', available: '150.00' },
      },
    });
  });

  it('that are held are not available, and balances are shown without them', () => {
    const row = { balance: 100n, held: 60n, floor: 0n, seq: 3n, frozen: false };
    const state = { ...EMPTY, accounts: new Map([[coins(1), row]]) };
    const [refused, accepted] = fold(
      [command(1, move(coins(1), coins(2), 41n)), command(2, move(coins(1), coins(2), 40n))],
      state,
    ).verdicts;
    expect(reasonOf(refused)).toBe('INSUFFICIENT_FUNDS');
    expect(accepted).toMatchObject({ type: 'accepted', receipt: { balances: [0n, 0n, 0n] } });
  });

  it('that arrive in the same journal may be spent by it', () => {
    const through = [...move(issuance('COIN'), coins(1), 10n), ...move(coins(1), coins(2), 10n)];
    expect(fold([command(1, through)]).verdicts[0]?.type).toBe('accepted');
  });

  it('can reach a frozen wallet but not leave it', () => {
    const row = { balance: 100n, held: 0n, floor: 0n, seq: 3n, frozen: true };
    const state = { ...EMPTY, accounts: new Map([[coins(1), row]]) };
    const { verdicts } = fold([grant(1, 1, 5n), command(2, move(coins(1), coins(2), 1n))], state);
    expect(verdicts.map(reasonOf)).toEqual(['accepted', 'ACCOUNT_FROZEN']);
  });
});

describe('an id', () => {
  it('used twice inside one batch posts once, and both get the same receipt', () => {
    const { verdicts, journals } = fold([grant(1, 1, 100n), grant(1, 1, 100n)]);
    expect(journals).toHaveLength(1);
    const [first, second] = verdicts.map((verdict) => (verdict.type === 'accepted' ? verdict.receipt : null));
    expect(first?.repeated).toBe(false);
    expect(second).toEqual({ ...first, repeated: true });
  });

  it('used again for something else is refused by the name of what differs', () => {
    const other = command(1, move(issuance('COIN'), coins(1), 100n), { intent: [{ name: 'legs', value: 'other' }] });
    const [, verdict] = fold([grant(1, 1, 100n), other]).verdicts;
    expect(verdict).toMatchObject({ refusal: { reason: 'ID_REUSED', details: { field: 'legs' } } });
  });

  it('that was refused for its funds stays refused when the money is there', () => {
    const pay = command(2, move(coins(1), coins(2), 10n));
    const first = fold([pay]);
    expect(first.refusals).toHaveLength(1);
    const later = fold([grant(3, 1, 100n), pay], after(EMPTY, first));
    expect(later.verdicts[1]).toEqual(first.verdicts[0]);
    expect(later.refusals).toHaveLength(0);
  });

  it('that was malformed stays free for a right command', () => {
    const wrong = command(1, [{ accountId: coins(1), minor: 5n, action: 'half' }], { intent: [] });
    const { verdicts, refusals } = fold([wrong, { ...grant(1, 1, 5n), intent: [] }]);
    expect(verdicts.map(reasonOf)).toEqual(['INVALID_ARGUMENT', 'accepted']);
    expect(refusals).toHaveLength(0);
  });

  it('belongs to whichever came first, journal or refusal found elsewhere', () => {
    const refusal = { kind: 'forbidden', reason: 'SENDER_BLOCKED', message: 'No.', details: {} } as const;
    const pay = grant(1, 1, 5n);
    const refuse = { ...pay, legs: [], refusal };
    expect(fold([pay, refuse]).verdicts.map(reasonOf)).toEqual(['accepted', 'accepted']);
    expect(fold([refuse, pay]).verdicts.map(reasonOf)).toEqual(['SENDER_BLOCKED', 'SENDER_BLOCKED']);
  });
});

it('a journal tells the three balances of every user it touched, and of nobody else', () => {
  const diamonds = userAccount(1n, 'DIAMOND');
  const row = { balance: 700n, held: 0n, floor: 0n, seq: 1n, frozen: false };
  const state = { ...EMPTY, accounts: new Map([[diamonds, row]]) };
  const [first, second] = fold([grant(1, 1, 100n), command(2, move(coins(1), coins(2), 30n))], state).journals;
  expect(first?.touched).toEqual([{ userId: 1n, balances: [100n, 700n, 0n] }]);
  expect(second?.touched).toEqual([
    { userId: 1n, balances: [70n, 700n, 0n] },
    { userId: 2n, balances: [30n, 0n, 0n] },
  ]);
});
