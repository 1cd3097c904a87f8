import { expect, it } from 'vitest';
import { issuance, userAccount } from '../src/ledger/accounts.ts';
import type { LedgerCommand } from '../src/ledger/command.ts';
import { foldBatch } from '../src/ledger/fold.ts';
import { intentText } from '../src/ledger/intent.ts';
import { keysOf } from '../src/posting/batch-read.ts';
import { headAfter } from '../src/posting/batch-write.ts';
import { type Answered, type Evidence, judgeLedger } from './judge.ts';
import type { ReadRecord } from './ledger-server.ts';
import { SimProcess } from './scheduler.ts';
import { Tables } from './tables.ts';

const ALICE = userAccount(1n, 'COIN');
const BOB = userAccount(2n, 'COIN');
const BEGIN = Date.UTC(2026, 0, 1);

function move(n: number, from: typeof ALICE, to: typeof ALICE, minor: bigint): LedgerCommand {
  return {
    journalId: `00000000-0000-5000-8000-00000000000${n}`,
    operation: 'transfer',
    intent: [{ name: 'wish', value: `${n}` }],
    legs: [
      { accountId: from, minor: -minor, action: 'transfer_sent' },
      { accountId: to, minor, action: 'transfer_received' },
    ],
    context: '{}',
    userId: 1n,
    reason: '',
    refusal: null,
    hold: null,
    limit: null,
    traceparent: '',
    correlationId: '',
    tenantId: null,
    audit: null,
  };
}

const GRANT = move(1, issuance('COIN'), ALICE, 500n);
const PAID = move(2, ALICE, BOB, 200n);
const TOO_MUCH = move(3, ALICE, BOB, 301n);

interface Story extends Evidence {
  readonly reads: ReadRecord[];
  readonly answers: Map<number, Answered[]>;
  readonly dropped: Set<LedgerCommand>;
  readonly poison: Set<string>;
}

/** A grant, a payment, one that the funds do not suffice for, and the payment's repeat: each a batch of its own. */
function story(): Story {
  const tables = new Tables(() => undefined);
  const reads: ReadRecord[] = [];
  const answers = new Map<number, Answered[]>();
  const process = new SimProcess('economy');
  for (const [id, command] of [GRANT, PAID, TOO_MUCH, PAID].entries()) {
    const now = new Date(BEGIN + id);
    const { journalId } = command;
    reads.push({ id, process, position: tables.commits.length, now, clock: now, journalIds: [journalId] });
    const { head, state } = tables.read(keysOf([command]), now);
    const folded = foldBatch(state, [command], now);
    if (folded.journals.length + folded.refusals.length > 0) tables.write(id, head, headAfter(head, folded), folded);
    answers.set(
      id,
      folded.verdicts.map((verdict) => ({ command, verdict })),
    );
  }
  const commandOf = (journalId: string, intent: string): LedgerCommand | undefined =>
    [GRANT, PAID, TOO_MUCH].find((each) => each.journalId === journalId && intentText(each.intent) === intent);
  return { tables, reads, answers, dropped: new Set(), poison: new Set(), commandOf };
}

it('finds nothing wrong with a ledger that did what it should', () => {
  expect(judgeLedger(story())).toEqual([]);
});

it('can do without the verdicts that nobody heard', () => {
  const silent = story();
  silent.answers.clear();
  expect(judgeLedger(silent)).toEqual([]);
});

const LIES: readonly (readonly [string, (of: Story) => void])[] = [
  ['a balance that no journal explains', ({ tables }) => tables.accounts.set(BOB, row(tables, BOB, { balance: 201n }))],
  ['a held amount without a hold', ({ tables }) => tables.accounts.set(ALICE, row(tables, ALICE, { held: 1n }))],
  ['an accepted command that is not in the ledger', ({ tables }) => tables.journals.delete(PAID.journalId)],
  ['a commit that was lost', ({ tables }) => tables.commits.splice(1, 1)],
  ['two commits in another order', ({ tables }) => tables.commits.reverse()],
  ['a refusal that was not remembered', ({ tables }) => tables.refusals.delete(TOO_MUCH.journalId)],
  ['a refusal without a reason', ({ answers }) => tell(answers, 1, answers.get(2))],
  ['a repeat that is told as the first', ({ answers }) => tell(answers, 3, answers.get(1))],
  ['a command that was posted though it had been dropped', ({ dropped }) => dropped.add(PAID)],
  ['a command that cannot have been posted', ({ poison }) => poison.add(PAID.journalId)],
  ['a limit that nothing has used', ({ tables }) => tables.limits.set('points:1', 5n)],
];

function row(tables: Tables, id: typeof ALICE, change: { readonly balance?: bigint; readonly held?: bigint }) {
  const before = tables.accounts.get(id);
  if (before === undefined) throw new Error(`there is no account ${id}`);
  return { ...before, ...change };
}

/** Answers the command of a batch as another was answered. */
function tell(answers: Map<number, Answered[]>, id: number, as: readonly Answered[] | undefined): void {
  const verdict = as?.[0]?.verdict;
  const command = answers.get(id)?.[0]?.command;
  if (verdict === undefined || command === undefined) throw new Error('nothing was answered');
  answers.set(id, [{ command, verdict }]);
}

it.each(LIES)('notices %s', (_, tellIt) => {
  const lie = story();
  tellIt(lie);
  expect(judgeLedger(lie)).not.toEqual([]);
});
