/** What the fold's tests share: commands that are easily made, and the state that one batch leaves to the next. */
import fc from 'fast-check';
import { type AccountId, issuance, userAccount } from '../src/ledger/accounts.ts';
import type { LedgerCommand, Leg, Verdict } from '../src/ledger/command.ts';
import { type Folded, foldBatch, type LedgerState } from '../src/ledger/fold.ts';

export const POSTED_AT = new Date('2026-01-01T00:00:00Z');
export const LATER = new Date('2026-01-02T00:00:00Z');
export const EMPTY: LedgerState = {
  accounts: new Map(),
  journals: new Map(),
  refusals: new Map(),
  holds: new Map(),
  limits: new Map(),
};
export const uuid = (n: number): string => `00000000-0000-5000-8000-${n.toString(16).padStart(12, '0')}`;

export function command(id: number, legs: readonly Leg[], more: Partial<LedgerCommand> = {}): LedgerCommand {
  return {
    operation: 'test',
    context: '{}',
    reason: '',
    traceparent: '',
    correlationId: '',
    journalId: uuid(id),
    intent: [{ name: 'legs', value: legs.map((leg) => `${leg.accountId}:${leg.minor}`).join(' ') }],
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

export const move = (from: AccountId, to: AccountId, minor: bigint): Leg[] => [
  { accountId: from, minor: -minor, action: 'sent' },
  { accountId: to, minor, action: 'received' },
];

export const coins = (user: number): AccountId => userAccount(BigInt(user), 'COIN');
export const grant = (id: number, user: number, minor: bigint): LedgerCommand =>
  command(id, move(issuance('COIN'), coins(user), minor));

export const reserve = (id: number, user: number, minor: bigint, expiresAt = LATER): LedgerCommand =>
  command(id, [], { hold: { type: 'reserve', accountId: coins(user), minor, expiresAt } });
export const capture = (id: number, holdId: number, user: number, minor: bigint): LedgerCommand =>
  command(id, move(coins(user), issuance('COIN'), minor), { hold: { type: 'capture', holdId: uuid(holdId), minor } });
export const end = (id: number, holdId: number, type: 'void' | 'expire'): LedgerCommand =>
  command(id, [], { hold: { type, holdId: uuid(holdId) } });
export const clawBack = (id: number, user: number, minor: bigint): LedgerCommand =>
  command(id, [
    { accountId: coins(user), minor: -minor, action: 'refund', shortfallToDebt: true },
    { accountId: issuance('COIN'), minor, action: 'refund' },
  ]);

export const fold = (commands: readonly LedgerCommand[], state = EMPTY, at = POSTED_AT): Folded =>
  foldBatch(state, commands, at);

/** The state a next batch would read. */
export function after(state: LedgerState, folded: Folded): LedgerState {
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

export const reasonOf = (verdict: Verdict | undefined): string =>
  verdict?.type === 'refused' ? verdict.refusal.reason : (verdict?.type ?? 'none');

const ids = fc.integer({ min: 0, max: 14 });
const people = fc.integer({ min: 1, max: 3 });
const amounts = fc.bigInt({ min: 1n, max: 50n });

/** Pays, overdraws, is malformed, and carries refusals. */
const payment = fc
  .record({
    id: ids,
    from: fc.integer({ min: 0, max: 3 }),
    to: people,
    minor: amounts,
    skew: fc.constantFrom('none', 'none', 'none', 'none', 'unbalanced', 'across assets'),
    earned: fc.bigInt({ min: 0n, max: 5n }),
    refused: fc.constantFrom(false, false, false, true),
    currency: fc.constantFrom('COIN' as const, 'COIN' as const, 'DIAMOND' as const),
  })
  .map(({ id, from, to, minor, skew, earned, refused, currency }) => {
    const source = from === 0 ? issuance(currency) : userAccount(BigInt(from), currency);
    const legs = move(source, userAccount(BigInt(to), currency), minor);
    if (earned > 0n) legs.push(...move(issuance('POINT'), userAccount(BigInt(to), 'POINT'), earned));
    if (skew !== 'none') legs.push({ accountId: source, minor: -1n, action: 'skew' });
    if (skew === 'across assets') legs.push({ accountId: issuance('POINT'), minor: 1n, action: 'skew' });
    const refusal = { kind: 'forbidden', reason: 'SENDER_BLOCKED', message: 'No.', details: {} } as const;
    return command(id, legs, { refusal: refused ? refusal : null });
  });

const limited = fc.tuple(ids, people, amounts).map(([id, user, minor]) => ({
  ...grant(id, user, minor),
  limit: { key: `earned:${user}`, maxMinor: 60n, minor, expiresAt: LATER },
}));

/** All that can meet in a batch; few ids, so that they are used twice, and few people, so that they run out of money. */
export const commands = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: payment },
    { weight: 1, arbitrary: limited },
    { weight: 2, arbitrary: fc.tuple(ids, people, amounts).map((of) => reserve(...of)) },
    { weight: 1, arbitrary: fc.tuple(ids, people, amounts).map((of) => reserve(...of, POSTED_AT)) },
    { weight: 2, arbitrary: fc.tuple(ids, ids, people, amounts).map((of) => capture(...of)) },
    {
      weight: 1,
      arbitrary: fc.tuple(ids, ids, fc.constantFrom('void' as const, 'expire' as const)).map((of) => end(...of)),
    },
    { weight: 2, arbitrary: fc.tuple(ids, people, amounts).map((of) => clawBack(...of)) },
  ),
  { maxLength: 40 },
);
