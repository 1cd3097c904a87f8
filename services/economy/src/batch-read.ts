/**
 * First round trip of a batch: lock the head, lock and read the accounts, look the ids up. All statements leave in one
 * flight; each has a snapshot of its own, taken after the wait for the head, so that what another replica committed
 * meanwhile is seen (one statement for lock and look-up would use the snapshot from before the wait).
 */
import type { ErrorDetails, ErrorKind } from '@fanfare/kit';
import type pg from 'pg';
import { type AccountId, userOf, walletOf } from './accounts.ts';
import type { LedgerCommand } from './command.ts';
import type { AccountRow, KnownJournal, KnownRefusal, LedgerState } from './fold.ts';

/** Where the ledger stood before this batch. */
export interface Head {
  readonly batch: bigint;
  readonly outboxId: bigint;
  readonly hash: Buffer;
  /** The database's clock behind the lock, so that times do not depend on which replica posts. */
  readonly now: Date;
}

export interface BatchRead {
  readonly head: Head;
  readonly state: LedgerState;
}

interface HeadRow {
  readonly batch: string;
  readonly outbox_id: string;
  readonly hash: Buffer;
  readonly now_ms: string;
}

interface AccountColumns {
  readonly id: string;
  readonly balance_minor: string;
  readonly held_minor: string;
  readonly floor_minor: string;
  readonly seq: string;
  readonly frozen: boolean;
}

interface JournalColumns {
  readonly id: string;
  readonly intent: string;
  readonly context: string;
  readonly coin_minor: string;
  readonly diamond_minor: string;
  readonly point_minor: string;
  readonly posted_at: Date;
}

interface RefusalColumns {
  readonly journal_id: string;
  readonly intent: string;
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly message: string;
  readonly details: ErrorDetails;
}

// The clock is read outside the CTE: inside, it would be the time before the wait.
const LOCK_HEAD = `
  with head as materialized (select batch, outbox_id, hash from ledger_head where id = 1 for update)
  select *, floor(extract(epoch from clock_timestamp()) * 1000)::int8 as now_ms from head`;

const ACCOUNT =
  'select id, balance_minor, held_minor, floor_minor, seq, frozen from accounts where id = any($1::int8[])';

const FIND_JOURNALS = `
  select id, intent, context, coin_minor, diamond_minor, point_minor, posted_at
    from journals where id = any($1::uuid[])`;

// $2 is the greatest age, so that a row that is not pruned yet counts as forgotten.
const FIND_REFUSALS = `
  select journal_id, intent, kind, reason, message, details
    from refusals where journal_id = any($1::uuid[]) and refused_at > clock_timestamp() - $2::interval`;

export const REMEMBER_REFUSALS = '24 hours';

/** What a batch looks up, as array literals. */
export interface BatchKeys {
  /** Accounts that may change, in the order of their locks. */
  readonly posted: string;
  /** Accounts that are only shown: the rest of the wallets concerned. */
  readonly shown: string;
  readonly journalIds: string;
}

/** Begins the transaction and leaves it open with the head locked. */
export async function readBatch(client: pg.Client, { posted, shown, journalIds }: BatchKeys): Promise<BatchRead> {
  const [, head, locked, read, journals, refusals] = await allSettledOrThrow([
    client.query('begin'),
    client.query<HeadRow>({ name: 'lock_head', text: LOCK_HEAD }),
    client.query<AccountColumns>({
      name: 'lock_accounts',
      text: `${ACCOUNT} order by id for no key update`,
      values: [posted],
    }),
    client.query<AccountColumns>({ name: 'read_accounts', text: ACCOUNT, values: [shown] }),
    client.query<JournalColumns>({ name: 'find_journals', text: FIND_JOURNALS, values: [journalIds] }),
    client.query<RefusalColumns>({
      name: 'find_refusals',
      text: FIND_REFUSALS,
      values: [journalIds, REMEMBER_REFUSALS],
    }),
  ]);
  return {
    head: headOf(head.rows),
    state: {
      accounts: new Map([...locked.rows, ...read.rows].map(accountOf)),
      journals: new Map(journals.rows.map(journalOf)),
      refusals: new Map(refusals.rows.map(refusalOf)),
    },
  };
}

/**
 * Waits for every statement of a flight before it throws the first failure: nothing may be in flight when the next
 * one is decided on.
 */
export async function allSettledOrThrow<T extends readonly unknown[]>(
  flight: {
    readonly [K in keyof T]: Promise<T[K]>;
  },
): Promise<T> {
  const results = await Promise.allSettled(flight);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return results.map((result) => (result.status === 'fulfilled' ? result.value : undefined)) as unknown as T;
}

/** Pure. @throws RangeError when a command is none that parsing lets through */
export function keysOf(commands: readonly LedgerCommand[]): BatchKeys {
  const posted = new Set<AccountId>();
  const users = new Set<bigint>();
  for (const { legs, userId } of commands) {
    if (userId > 0n) users.add(userId);
    for (const { accountId } of legs) {
      posted.add(accountId);
      const user = userOf(accountId);
      if (user !== null) users.add(user);
    }
  }
  const shown = [...users].flatMap(walletOf).filter((id) => !posted.has(id));
  return {
    posted: arrayOf([...posted].sort(ascending)),
    shown: arrayOf(shown),
    journalIds: arrayOf(commands.map((command) => command.journalId)),
  };
}

/** Neither numbers nor uuids need quotes. */
const arrayOf = (values: readonly (bigint | string)[]): string => `{${values.join(',')}}`;
const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : Number(a > b));

function headOf(rows: readonly HeadRow[]): Head {
  const [row] = rows;
  if (row === undefined) throw new Error('ledger_head has no row');
  const { batch, outbox_id, hash, now_ms } = row;
  return { batch: BigInt(batch), outboxId: BigInt(outbox_id), hash, now: new Date(Number(now_ms)) };
}

const accountOf = (row: AccountColumns): readonly [AccountId, AccountRow] => [
  BigInt(row.id) as AccountId,
  {
    balance: BigInt(row.balance_minor),
    held: BigInt(row.held_minor),
    floor: BigInt(row.floor_minor),
    seq: BigInt(row.seq),
    frozen: row.frozen,
  },
];

const journalOf = (row: JournalColumns): readonly [string, KnownJournal] => [
  row.id,
  {
    intent: row.intent,
    receipt: {
      postedAt: row.posted_at,
      balances: [BigInt(row.coin_minor), BigInt(row.diamond_minor), BigInt(row.point_minor)],
      context: row.context,
      repeated: true,
    },
  },
];

const refusalOf = ({ journal_id, intent, ...refusal }: RefusalColumns): readonly [string, KnownRefusal] => [
  journal_id,
  { intent, refusal },
];
