/**
 * The ledger's tables in memory, with the rules that the schema keeps whatever the fold believes. Reads and writes are
 * whole: isolation is the affair of {@link LedgerServer}, which lets only the holder of the head's lock in.
 */
import type { OutboxRow } from '@fanfare/messaging';
import pg from 'pg';
import {
  type AccountId,
  AccountKind,
  currencyIndexOf,
  floorOf,
  kindOf,
  userOf,
  walletOf,
} from '../src/ledger/accounts.ts';
import { GENESIS_HASH } from '../src/ledger/batch-hash.ts';
import type { Folded, HoldRow, Journal, KnownJournal, KnownRefusal } from '../src/ledger/fold.ts';
import type { Hold } from '../src/ledger/hold.ts';
import { journalPosted } from '../src/ledger/journal-event.ts';
import type { AccountRow } from '../src/ledger/working-accounts.ts';
import type { BatchKeys, BatchRead, Head } from '../src/posting/batch-read.ts';

/** Everything that was committed, in its order: what the small model is replayed against. */
export type Commit =
  | {
      readonly type: 'batch';
      /** Which read it was folded from. */
      readonly readId: number;
      readonly number: bigint;
      readonly hash: Buffer;
      readonly postedAt: Date;
      readonly journals: readonly Journal[];
      readonly refusals: Folded['refusals'];
    }
  | { readonly type: 'freeze'; readonly accountId: AccountId; readonly frozen: boolean }
  | { readonly type: 'notice'; readonly messageId: string };

export interface OutboxEvent extends OutboxRow {
  readonly id: bigint;
}

interface RememberedRefusal extends KnownRefusal {
  readonly refusedAt: Date;
}

const REMEMBER_MS = 24 * 3_600_000;

/** As the server says it: nothing of the transaction was kept. */
export function databaseError(code: string, message: string): pg.DatabaseError {
  const error = new pg.DatabaseError(message, 0, 'error');
  error.code = code;
  return error;
}

const UNIQUE = '23505';
const CHECK = '23514';
const INTEGRITY = '23000';

function insist(holds: boolean, code: string, message: string): void {
  if (!holds) throw databaseError(code, message);
}

export class Tables {
  readonly accounts = new Map<AccountId, AccountRow>();
  readonly journals = new Map<string, KnownJournal>();
  readonly holds = new Map<string, Hold>();
  readonly limits = new Map<string, bigint>();
  readonly refusals = new Map<string, RememberedRefusal>();
  /** Account and seq of every entry. */
  readonly #entryKeys = new Set<string>();
  readonly commits: Commit[] = [];
  /** Called with events in the transaction that makes them true. */
  readonly #announce: (events: readonly OutboxEvent[]) => void;
  version = 0n;
  batch = 0n;
  outboxId = 0n;
  hash: Buffer = GENESIS_HASH;

  constructor(announce: (events: readonly OutboxEvent[]) => void) {
    this.#announce = announce;
  }

  /** What a batch finds that asked for these. Copies nothing: rows are replaced and never changed. */
  read(keys: BatchKeys, now: Date): BatchRead {
    const holds = chosen(this.holds, keys.holdIds);
    const held = [...holds.values()].flatMap(({ accountId }) => {
      const user = userOf(accountId);
      return user === null ? [accountId] : walletOf(user);
    });
    return {
      head: { version: this.version, batch: this.batch, outboxId: this.outboxId, hash: this.hash, now },
      state: {
        accounts: chosen(this.accounts, [...keys.accountIds, ...held]),
        journals: chosen(this.journals, keys.journalIds),
        refusals: new Map([...chosen(this.refusals, keys.journalIds)].filter(([, row]) => isRemembered(row, now))),
        holds,
        limits: chosen(this.limits, keys.limitKeys),
      },
    };
  }

  /** Accounts as they are committed. */
  peek(ids: readonly AccountId[]): ReadonlyMap<AccountId, AccountRow> {
    return chosen(this.accounts, ids);
  }

  /** What a batch that was not read checks before it writes. @throws pg.DatabaseError */
  insistOnSame(head: Head, ids: readonly string[], refusedIds: readonly string[], now: Date): void {
    insist(head.version === this.version && head.hash.equals(this.hash), INTEGRITY, 'somebody else has posted');
    for (const row of chosen(this.refusals, ids).values()) insist(!isRemembered(row, now), INTEGRITY, 'refused before');
    insist(chosen(this.journals, refusedIds).size === 0, INTEGRITY, 'an id was posted before');
  }

  /** @throws pg.DatabaseError when a rule of the schema is broken; nothing has changed then */
  write(readId: number, head: Head, next: Head, folded: Folded): void {
    const { journals, refusals } = folded;
    if (journals.length > 0) {
      const same = next.batch - 1n === this.batch && head.outboxId === this.outboxId;
      insist(same, INTEGRITY, 'the head moved meanwhile');
    }
    this.#checkAccounts(folded);
    this.#checkJournals(journals);
    for (const hold of folded.holds) this.#checkHold(hold);
    for (const { key, used } of folded.limits) insist(used >= 0n, CHECK, `limit_counters_used_not_negative ${key}`);
    // After this point it must succeed.
    for (const { id, balance, held, floor, seq } of folded.accounts) {
      const row = this.accounts.get(id) ?? { floor, frozen: false };
      this.accounts.set(id, { ...row, balance, held, seq });
    }
    for (const journal of journals) this.#addJournal(journal, head.now);
    for (const { id, opens: _opens, resolvedBy: _resolvedBy, ...hold } of folded.holds) this.holds.set(id, hold);
    for (const { key, used } of folded.limits) this.limits.set(key, used);
    for (const { journalId, intent, refusal } of refusals) {
      this.refusals.set(journalId, { intent, refusal, refusedAt: head.now });
    }
    if (journals.length > 0) this.#chain(journals, next, head.now);
    const { batch: number, hash } = this;
    this.commits.push({ type: 'batch', readId, number, hash, postedAt: head.now, journals, refusals });
  }

  /** What an administrator does beside the ledger's engine; it opens the account if need be. */
  freeze(accountId: AccountId, frozen: boolean): void {
    const opened = { balance: 0n, held: 0n, floor: floorOf(accountId), seq: 0n, frozen };
    const row = this.accounts.get(accountId) ?? opened;
    this.accounts.set(accountId, { ...row, frozen });
    this.version += 1n;
    this.commits.push({ type: 'freeze', accountId, frozen });
  }

  /** An event of this service that is no journal takes its id from the same head. */
  notify(event: OutboxRow): void {
    this.outboxId += 1n;
    this.#announce([{ ...event, id: this.outboxId }]);
    this.commits.push({ type: 'notice', messageId: event.messageId });
  }

  #checkAccounts({ accounts }: Folded): void {
    for (const { id, before, balance, held, floor } of accounts) {
      const row = this.accounts.get(id);
      if (before === null) insist(row === undefined, UNIQUE, `accounts_pkey ${id}`);
      else insist(row?.seq === before.seq, INTEGRITY, `account ${id} moved meanwhile`);
      insist(held >= 0n, CHECK, `accounts_held_not_negative ${id}`);
      insist(balance - held >= floor, CHECK, `accounts_balance_above_floor ${id}`);
      insist(kindOf(id) !== AccountKind.ACCOUNT_KIND_DEBT || balance <= 0n, CHECK, `accounts_debt_not_positive ${id}`);
    }
  }

  #checkJournals(journals: readonly Journal[]): void {
    const ids = new Set<string>();
    const keys = new Set<string>();
    for (const { command, entries, hold } of journals) {
      const { journalId } = command;
      insist(!this.journals.has(journalId) && !ids.has(journalId), UNIQUE, `journals_pkey ${journalId}`);
      ids.add(journalId);
      insist(entries.length <= 256 && (entries.length > 0 || hold !== null), CHECK, 'journals_entry_keys');
      const sums = [0n, 0n, 0n];
      for (const { accountId, seq, minor } of entries) {
        const key = `${accountId}-${seq}`;
        insist(!this.#entryKeys.has(key) && !keys.has(key), UNIQUE, `entries_pkey ${key}`);
        keys.add(key);
        const index = currencyIndexOf(accountId);
        sums[index] = (sums[index] ?? 0n) + minor;
      }
      insist(
        sums.every((sum) => sum === 0n),
        CHECK,
        'entries_sum_to_zero',
      );
    }
  }

  #checkHold({ id, opens, status, minor, capturedMinor, resolvedBy, accountId }: HoldRow): void {
    const row = this.holds.get(id);
    if (opens) insist(row === undefined, UNIQUE, `holds_pkey ${id}`);
    else
      insist(row?.status === 'open' && row.minor === minor && row.accountId === accountId, CHECK, `hold ${id} again`);
    insist(minor > 0n && capturedMinor >= 0n && capturedMinor <= minor, CHECK, 'holds_captured_at_most_held');
    insist((status === 'captured') === capturedMinor > 0n, CHECK, 'holds_captured_says_what');
    insist((status === 'open') === (resolvedBy === null), CHECK, 'holds_resolved_says_when');
  }

  #addJournal({ command, intent, entries, balances }: Journal, postedAt: Date): void {
    const receipt = { postedAt, balances, context: command.context, repeated: true };
    this.journals.set(command.journalId, { intent, receipt });
    for (const { accountId, seq } of entries) this.#entryKeys.add(`${accountId}-${seq}`);
  }

  #chain(journals: readonly Journal[], next: Head, postedAt: Date): void {
    const first = this.outboxId + 1n;
    const row = (journal: Journal): OutboxRow => journalPosted(journal, next.batch, postedAt);
    this.#announce(journals.map((journal, index) => ({ ...row(journal), id: first + BigInt(index) })));
    this.version += 1n;
    this.batch = next.batch;
    this.hash = next.hash;
    this.outboxId += BigInt(journals.length);
  }
}

const isRemembered = (row: RememberedRefusal, now: Date): boolean =>
  row.refusedAt.getTime() > now.getTime() - REMEMBER_MS;

function chosen<Key, Row>(rows: ReadonlyMap<Key, Row>, keys: readonly Key[]): ReadonlyMap<Key, Row> {
  const found = new Map<Key, Row>();
  for (const key of keys) {
    const row = rows.get(key);
    if (row !== undefined) found.set(key, row);
  }
  return found;
}
