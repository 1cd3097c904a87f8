/**
 * First round trip of a batch: lock the head, read the accounts, look the ids up. All statements leave in one flight;
 * each has a snapshot of its own, taken after the wait for the head, so that what another replica committed meanwhile
 * is seen (one statement for lock and look-up would use the snapshot from before the wait).
 *
 * Nothing but the head is locked: whoever writes what a batch reads takes the head's lock first.
 */
import type { ErrorDetails, ErrorKind } from '@fanfare/kit';
import type pg from 'pg';
import { type AccountId, debtOf, userOf, walletOf } from '../ledger/accounts.ts';
import type { LedgerCommand, Leg } from '../ledger/command.ts';
import type { KnownJournal, KnownRefusal, LedgerState } from '../ledger/fold.ts';
import type { Hold, HoldStatus } from '../ledger/hold.ts';
import type { AccountRow } from '../ledger/working-accounts.ts';
import { int8Array, textArray, uuidArray } from './binary-array.ts';

/** Where the ledger stood before this batch. */
export interface Head {
  /** Raised by whoever changes an account, behind the head's lock. */
  readonly version: bigint;
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
  readonly version: string;
  readonly batch: string;
  readonly outbox_id: string;
  readonly hash: Buffer;
  readonly now_ms: string;
}

/** id, balance_minor, held_minor, floor_minor, seq, frozen. */
type AccountTuple = readonly [string, string, string, string, string, boolean];

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

interface HoldColumns {
  readonly id: string;
  readonly account_id: string;
  readonly operation: string;
  readonly minor: string;
  readonly captured_minor: string;
  readonly status: HoldStatus;
  readonly expires_at: Date;
}

// The clock is read outside the CTE: inside, it would be the time before the wait.
const LOCK_HEAD = `
  with head as materialized (select version, batch, outbox_id, hash from ledger_head where id = 1 for update)
  select *, floor(extract(epoch from clock_timestamp()) * 1000)::int8 as now_ms from head`;

const ACCOUNT = 'select id, balance_minor, held_minor, floor_minor, seq, frozen from accounts';
const READ_ACCOUNTS = `${ACCOUNT} where id = any($1::int8[])`;

const FIND_JOURNALS = `
  select id, intent, context, coin_minor, diamond_minor, point_minor, posted_at
    from journals where id = any($1::uuid[])`;

// $2 is the greatest age, so that a row that is not pruned yet counts as forgotten.
const FIND_REFUSALS = `
  select journal_id, intent, kind, reason, message, details
    from refusals where journal_id = any($1::uuid[]) and refused_at > clock_timestamp() - $2::interval`;

export const REMEMBER_REFUSALS = '24 hours';

const FIND_HOLDS = `
  select id, account_id, operation, minor, captured_minor, status, expires_at from holds where id = any($1::uuid[])`;

// The account of each hold and, of a user (kind 1), the whole wallet and what is owed in the same asset (kind 5: 16 more).
const READ_HELD_ACCOUNTS = `
  ${ACCOUNT} where id = any(array(
    select unnest(case (account_id >> 2) & 15
                    when 1 then array[account_id & -4, account_id & -4 | 1, account_id & -4 | 2, account_id + 16]
                    else array[account_id] end)
      from holds where id = any($1::uuid[])))`;

const FIND_LIMITS = 'select key, used_minor from limit_counters where key = any($1::text[])';

/** What a batch looks up. */
export interface BatchKeys {
  /** Every account that may change or is shown: of the legs, the wallets concerned, and what their users owe. */
  readonly accountIds: readonly AccountId[];
  readonly journalIds: readonly string[];
  /** Holds that are resolved; their accounts and wallets are read too. */
  readonly holdIds: readonly string[];
  readonly limitKeys: readonly string[];
}

/** Begins the transaction and leaves it open with the head locked. */
export async function readBatch(client: pg.Client, keys: BatchKeys): Promise<BatchRead> {
  const ids = uuidArray(keys.journalIds, (id) => id);
  const [, head, accounts, journals, refusals, [holds, held], limits] = await allSettledOrThrow([
    client.query('begin'),
    client.query<HeadRow>({ name: 'lock_head', text: LOCK_HEAD }),
    client.query<AccountTuple>({
      name: 'read_accounts',
      text: READ_ACCOUNTS,
      values: [int8Array(keys.accountIds, (id) => id)],
      rowMode: 'array',
    } as pg.QueryConfig),
    client.query<JournalColumns>({ name: 'find_journals', text: FIND_JOURNALS, values: [ids] }),
    client.query<RefusalColumns>({ name: 'find_refusals', text: FIND_REFUSALS, values: [ids, REMEMBER_REFUSALS] }),
    readHolds(client, keys.holdIds),
    readLimits(client, keys.limitKeys),
  ]);
  return {
    head: headOf(head.rows),
    state: {
      accounts: new Map([...accounts.rows, ...held].map(accountOf)),
      journals: new Map(journals.rows.map(journalOf)),
      refusals: new Map(refusals.rows.map(refusalOf)),
      holds: new Map(holds.map(holdOf)),
      limits,
    },
  };
}

/** Few batches have any: those that have none send nothing. */
async function readHolds(
  client: pg.Client,
  holdIds: readonly string[],
): Promise<readonly [readonly HoldColumns[], readonly AccountTuple[]]> {
  if (holdIds.length === 0) return [[], []];
  const values = [uuidArray(holdIds, (id) => id)];
  const [holds, accounts] = await allSettledOrThrow([
    client.query<HoldColumns>({ name: 'find_holds', text: FIND_HOLDS, values }),
    client.query<AccountTuple>({
      name: 'read_held_accounts',
      text: READ_HELD_ACCOUNTS,
      values,
      rowMode: 'array',
    } as pg.QueryConfig),
  ]);
  return [holds.rows, accounts.rows];
}

async function readLimits(client: pg.Client, limitKeys: readonly string[]): Promise<ReadonlyMap<string, bigint>> {
  if (limitKeys.length === 0) return new Map();
  const values = [textArray(limitKeys, (key) => key)];
  const { rows } = await client.query<{ key: string; used_minor: string }>({
    name: 'find_limits',
    text: FIND_LIMITS,
    values,
  });
  return new Map(rows.map(({ key, used_minor }) => [key, BigInt(used_minor)]));
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
  const accountIds = new Set<AccountId>();
  const holdIds = new Set<string>();
  const limitKeys = new Set<string>();
  for (const { legs, userId, hold, limit } of commands) {
    if (userId > 0n) addWallet(accountIds, userId);
    for (const leg of legs) addLeg(accountIds, leg);
    if (hold?.type === 'reserve') addAccount(accountIds, hold.accountId);
    else if (hold !== null) holdIds.add(hold.holdId);
    if (limit !== null) limitKeys.add(limit.key);
  }
  return {
    accountIds: [...accountIds],
    journalIds: commands.map((command) => command.journalId),
    holdIds: [...holdIds],
    limitKeys: [...limitKeys],
  };
}

/** With what its user owes, where the leg may change that. */
function addLeg(accountIds: Set<AccountId>, { accountId, minor, shortfallToDebt }: Leg): void {
  addAccount(accountIds, accountId);
  if ((minor > 0n || shortfallToDebt === true) && userOf(accountId) !== null) accountIds.add(debtOf(accountId));
}

function addAccount(accountIds: Set<AccountId>, id: AccountId): void {
  const user = userOf(id);
  if (user === null) accountIds.add(id);
  else addWallet(accountIds, user);
}

function addWallet(accountIds: Set<AccountId>, userId: bigint): void {
  const [coin, diamond, point] = walletOf(userId);
  accountIds.add(coin).add(diamond).add(point);
}

/** What is known of accounts without the head's lock: true only as of a version that is checked later. */
export async function peekAccounts(
  client: pg.Client,
  ids: readonly AccountId[],
): Promise<ReadonlyMap<AccountId, AccountRow>> {
  const values = [int8Array(ids, (id) => id)];
  const { rows } = await client.query<AccountTuple>({
    name: 'read_accounts',
    text: READ_ACCOUNTS,
    values,
    rowMode: 'array',
  } as pg.QueryConfig);
  return new Map(rows.map(accountOf));
}

function headOf(rows: readonly HeadRow[]): Head {
  const [row] = rows;
  if (row === undefined) throw new Error('ledger_head has no row');
  const { version, batch, outbox_id, hash, now_ms } = row;
  return {
    version: BigInt(version),
    batch: BigInt(batch),
    outboxId: BigInt(outbox_id),
    hash,
    now: new Date(Number(now_ms)),
  };
}

const accountOf = ([id, balance, held, floor, seq, frozen]: AccountTuple): readonly [AccountId, AccountRow] => [
  BigInt(id) as AccountId,
  { balance: BigInt(balance), held: BigInt(held), floor: BigInt(floor), seq: BigInt(seq), frozen },
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

const holdOf = (row: HoldColumns): readonly [string, Hold] => [
  row.id,
  {
    accountId: BigInt(row.account_id) as AccountId,
    operation: row.operation,
    minor: BigInt(row.minor),
    capturedMinor: BigInt(row.captured_minor),
    status: row.status,
    expiresAt: row.expires_at,
  },
];
