/**
 * Whether a ledger did what it should: what was committed is replayed, in its order, by the small model, and every
 * verdict that an engine gave is compared with the model's at the same place.
 */
import { batchHash, GENESIS_HASH } from '../src/ledger/batch-hash.ts';
import type { LedgerCommand, Verdict } from '../src/ledger/command.ts';
import type { Journal } from '../src/ledger/fold.ts';
import { hashed } from '../src/posting/batch-write.ts';
import type { ReadRecord } from './ledger-server.ts';
import { KEPT, Model, type Moment } from './model.ts';
import type { Commit, Tables } from './tables.ts';

export interface Answered {
  readonly command: LedgerCommand;
  readonly verdict: Verdict;
}

type BatchCommit = Commit & { readonly type: 'batch' };

/** What a simulation leaves to be judged. */
export interface Evidence {
  readonly tables: Tables;
  readonly reads: readonly ReadRecord[];
  /** Verdicts by the read they were folded from, in their order. */
  readonly answers: ReadonlyMap<number, readonly Answered[]>;
  /** Calls of which an engine said that nothing came of them. */
  readonly dropped: ReadonlySet<LedgerCommand>;
  /** The command that a client sent under this id with this intent. */
  readonly commandOf: (journalId: string, intent: string) => LedgerCommand | undefined;
  /** Ids that must never be posted. */
  readonly poison: ReadonlySet<string>;
}

export function judgeLedger(evidence: Evidence): readonly string[] {
  const judge = new Judge(evidence);
  try {
    judge.replay();
    judge.compareTables();
  } catch (error) {
    judge.problems.push(`the model cannot follow: ${String(error)}`);
  }
  return judge.problems;
}

class Judge {
  readonly problems: string[] = [];
  readonly #model = new Model();
  readonly #evidence: Evidence;
  readonly #seqs = new Map<bigint, bigint>();
  #hash: Buffer = GENESIS_HASH;
  #batch = 0n;

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  replay(): void {
    const { tables, reads, answers } = this.#evidence;
    const written = new Set(tables.commits.flatMap((commit) => (commit.type === 'batch' ? [commit.readId] : [])));
    const onlyRead = Map.groupBy(
      reads.filter(({ id }) => !written.has(id) && answers.has(id)),
      ({ position }) => position,
    );
    for (let place = 0; place <= tables.commits.length; place += 1) {
      for (const read of onlyRead.get(place) ?? []) this.#replayAnswers(read, []);
      const commit = tables.commits[place];
      if (commit !== undefined) this.#replayCommit(commit, place);
    }
  }

  #insist(holds: boolean, problem: string): void {
    if (!holds) this.problems.push(problem);
  }

  #replayCommit(commit: Commit, place: number): void {
    if (commit.type === 'notice') return;
    if (commit.type === 'freeze') {
      if (commit.frozen) this.#model.frozen.add(commit.accountId);
      else this.#model.frozen.delete(commit.accountId);
      return;
    }
    const read = this.#evidence.reads[commit.readId];
    if (read === undefined) throw new Error(`commit ${place + 1} was not read`);
    this.#insist(read.position === place, `commit ${place + 1} was folded from what commit ${read.position} left`);
    for (const { command } of commit.journals) {
      this.#insist(!this.#evidence.dropped.has(command), `${name(command)} was dropped, and posted`);
    }
    this.#follow(commit);
    if (this.#evidence.answers.has(read.id)) {
      const remembered = this.#replayAnswers(read, commit.journals);
      const kept = commit.refusals.map(({ journalId }) => journalId);
      this.#insist(remembered.join() === kept.join(), `commit ${place + 1} keeps ${kept}, not ${remembered}`);
    } else this.#replayUnanswered(commit, read);
  }

  /** The chain goes on where it was. */
  #follow({ journals, number, hash, postedAt }: BatchCommit): void {
    if (journals.length === 0) return;
    this.#batch += 1n;
    this.#hash = batchHash(this.#hash, this.#batch, postedAt, journals.map(hashed));
    this.#insist(number === this.#batch, `batch ${number} is the ${this.#batch}th`);
    this.#insist(this.#hash.equals(hash), `batch ${number} breaks the chain`);
  }

  /** @returns ids of the refusals that must be kept */
  #replayAnswers(read: ReadRecord, posted: readonly Journal[]): readonly string[] {
    const journals = [...posted];
    const remembered: string[] = [];
    for (const { command, verdict } of this.#evidence.answers.get(read.id) ?? []) {
      const known = this.#model.answerTo(command.journalId, read.clock) !== undefined;
      if (verdict.type === 'accepted') this.#accept(command, verdict, journals, read);
      else if (verdict.type === 'refused') this.#refuse(command, verdict.refusal.reason, read);
      if (!known && verdict.type === 'refused' && KEPT.has(verdict.refusal.reason)) remembered.push(command.journalId);
    }
    for (const { command } of journals) this.#insist(false, `${name(command)} was posted and never accepted`);
    return remembered;
  }

  #accept(
    command: LedgerCommand,
    { receipt }: Verdict & { type: 'accepted' },
    journals: Journal[],
    moment: Moment,
  ): void {
    const judgement = this.#model.judge(command, moment);
    const shown = receipt.balances.join();
    this.#insist(receipt.context === command.context, `${name(command)} got the context of another`);
    if (judgement.balances !== null) {
      this.#insist(receipt.repeated, `${name(command)} was accepted before, and its receipt does not say so`);
      this.#insist(shown === judgement.balances, `${name(command)} showed ${judgement.balances} first, now ${shown}`);
      return;
    }
    const journal = journals.shift();
    if (!judgement.posts || journal?.command.journalId !== command.journalId) {
      const why = judgement.posts ? 'it was not posted' : `it is ${judgement.reasons}`;
      this.problems.push(`${name(command)} was accepted, but ${why}`);
      return;
    }
    this.#insist(!receipt.repeated, `${name(command)} is called a repeat`);
    this.#insist(receipt.postedAt.getTime() === moment.now.getTime(), `${name(command)} has the wrong time`);
    const balances = this.#post(command, journal, moment);
    this.#insist(shown === balances, `${name(command)} shows ${shown}, not ${balances}`);
  }

  #refuse(command: LedgerCommand, reason: string, moment: Moment): void {
    const { reasons } = this.#model.judge(command, moment);
    this.#insist(reasons.includes(reason), `${name(command)} was refused with ${reason}, not ${reasons || 'accepted'}`);
    this.#model.apply(command, reason, moment);
  }

  /** Nobody heard of it, so the places of its refusals among its journals are not known: any right one will do. */
  #replayUnanswered({ journals, refusals }: BatchCommit, moment: Moment): void {
    let open = [...refusals];
    const place = (): void => {
      open = open.filter(({ journalId, intent, refusal }) => {
        const first = this.#model.answerTo(journalId, moment.clock);
        if (first !== undefined) return true;
        const command = this.#evidence.commandOf(journalId, intent);
        if (command === undefined || !this.#model.judge(command, moment).reasons.includes(refusal.reason)) return true;
        this.#model.apply(command, refusal.reason, moment);
        return false;
      });
    };
    for (const journal of journals) {
      place();
      const { posts, reasons } = this.#model.judge(journal.command, moment);
      this.#insist(posts, `${name(journal.command)} was posted, but it is ${reasons}`);
      this.#post(journal.command, journal, moment);
    }
    place();
    for (const { journalId, refusal } of open)
      this.#insist(false, `${journalId} was wrongly refused: ${refusal.reason}`);
  }

  /** @returns the balances it must show */
  #post(command: LedgerCommand, { entries, balances }: Journal, moment: Moment): string {
    const { poison } = this.#evidence;
    this.#insist(!poison.has(command.journalId), `${name(command)} cannot be posted, and was`);
    const before = new Map(entries.map(({ accountId }) => [accountId, this.#model.balance(accountId)]));
    const expected = this.#model.apply(command, null, moment) ?? 'nothing';
    this.#insist(balances.join() === expected, `${name(command)} leaves ${balances}, not ${expected}`);
    for (const { accountId, seq, minor, balanceAfter } of entries) {
      const next = (this.#seqs.get(accountId) ?? 0n) + 1n;
      this.#insist(seq === next, `entry ${accountId}-${seq} comes after ${next - 1n}`);
      this.#seqs.set(accountId, seq);
      const after = (before.get(accountId) ?? 0n) + minor;
      this.#insist(after === balanceAfter, `entry ${accountId}-${seq} leaves ${balanceAfter}, not ${after}`);
      before.set(accountId, after);
    }
    for (const [accountId, after] of before) {
      const right = this.#model.balance(accountId);
      this.#insist(after === right, `${name(command)} leaves ${after} on ${accountId}, not ${right}`);
    }
    return expected;
  }

  /** Everything that is stored, with everything the model has. */
  compareTables(): void {
    const { tables } = this.#evidence;
    const model = this.#model;
    const sums = [0n, 0n, 0n];
    for (const id of new Set([...tables.accounts.keys(), ...model.balances.keys(), ...model.held.keys()])) {
      const row = tables.accounts.get(id);
      const stored = `${row?.balance ?? 0n} ${row?.held ?? 0n} ${row?.frozen ?? false}`;
      const right = `${model.balance(id)} ${model.held.get(id) ?? 0n} ${model.frozen.has(id)}`;
      this.#insist(stored === right, `account ${id} is ${stored}, not ${right}`);
      this.#insist((row?.seq ?? 0n) === (this.#seqs.get(id) ?? 0n), `account ${id} has ${this.#seqs.get(id)} entries`);
      const index = Number(id & 3n);
      sums[index] = (sums[index] ?? 0n) + (row?.balance ?? 0n);
    }
    this.#insist(sums.join() === '0,0,0', `all accounts sum to ${sums}`);
    const holdsStored = [...tables.holds].map(([id, { status }]) => `${id} ${status}`);
    const holdsRight = [...model.holds].map(([id, { status }]) => `${id} ${status}`);
    this.#insist(holdsStored.sort().join() === holdsRight.sort().join(), `holds are ${holdsStored}, not ${holdsRight}`);
    for (const key of new Set([...tables.limits.keys(), ...model.limits.keys()])) {
      const [stored, right] = [tables.limits.get(key) ?? 0n, model.limits.get(key) ?? 0n];
      this.#insist(stored === right, `limit ${key} is ${stored}, not ${right}`);
    }
    this.#compareAnswers();
  }

  #compareAnswers(): void {
    const { tables } = this.#evidence;
    let posted = 0;
    for (const [id, { reason }] of this.#model.answers) {
      posted += reason === null ? 1 : 0;
      const stored = tables.journals.has(id) ? null : tables.refusals.get(id)?.refusal.reason;
      this.#insist(stored === reason, `${id} was answered ${reason ?? 'accepted'} and is stored as ${stored}`);
    }
    this.#insist(tables.journals.size === posted, `${tables.journals.size} journals are stored, not ${posted}`);
  }
}

const name = ({ operation, journalId }: LedgerCommand): string => `${operation} ${journalId}`;
