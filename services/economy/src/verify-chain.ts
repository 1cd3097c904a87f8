/** The hash chain, from the first batch to the pinned one: every journal and entry as it was posted. */
import type pg from 'pg';
import { type AccountId, currencyIndexOf } from './accounts.ts';
import { batchHash, GENESIS_HASH, type HashedJournal } from './batch-hash.ts';
import { int8Array } from './binary-array.ts';
import { readEntryKeys } from './entry-keys.ts';
import { LedgerProblem } from './ledger-problem.ts';

/** Batches in one read; and journals whose entries are read together, some 4 entries each. */
const BATCHES = 500n;
const JOURNALS = 4000;

/** Where the chain ended when the verification began. */
export interface Pin {
  readonly batch: bigint;
  readonly hash: Buffer;
}

interface BatchRow {
  readonly number: string;
  readonly hash: Buffer;
  readonly journal_ids: readonly string[];
}

interface JournalRow {
  readonly id: string;
  readonly batch: string;
  readonly operation: string;
  readonly intent: string;
  readonly context: string;
  readonly reason: string;
  readonly user_id: string;
  readonly coin_minor: string;
  readonly diamond_minor: string;
  readonly point_minor: string;
  readonly entry_keys: Buffer;
  readonly hold: string | null;
  readonly tenant_id: string | null;
  readonly posted_at: Date;
}

interface EntryRow {
  readonly account_id: string;
  readonly seq: string;
  readonly journal_id: string;
  readonly minor: string;
  readonly balance_after_minor: string;
  readonly action: string;
  readonly created_at: Date;
}

const READ_BATCHES = 'select number, hash, journal_ids from batches where number > $1 and number <= $2 order by number';
const READ_JOURNALS = 'select * from journals where id = any($1::uuid[])';
const READ_ENTRIES = `
  select entries.* from unnest($1::int8[], $2::int8[]) as key (account_id, seq)
    join entries on entries.account_id = key.account_id and entries.seq = key.seq`;

/** @throws LedgerProblem naming the first batch or journal that is not as it was posted */
export async function verifyChain(client: pg.Client, pin: Pin, onProgress: (entries: number) => void): Promise<void> {
  let before: Buffer = GENESIS_HASH;
  let done = 0;
  for (let from = 0n; from < pin.batch; from += BATCHES) {
    const to = from + BATCHES < pin.batch ? from + BATCHES : pin.batch;
    const { rows } = await client.query<BatchRow>(READ_BATCHES, [from, to]);
    if (BigInt(rows.length) !== to - from) throw new LedgerProblem(`batches ${from + 1n} to ${to}: some are missing`);
    for (const group of inGroups(rows)) {
      const journals = await readJournals(client, group);
      for (const batch of group) before = checkBatch(batch, journals, before);
      for (const { journal } of journals.values()) done += journal.entries.length;
      onProgress(done);
    }
  }
  if (!before.equals(pin.hash)) throw new LedgerProblem('the head does not have the hash of the last batch');
}

/** Consecutive batches of some {@link JOURNALS} journals in all. */
function inGroups(batches: readonly BatchRow[]): readonly (readonly BatchRow[])[] {
  const groups: BatchRow[][] = [];
  let size = JOURNALS;
  for (const batch of batches) {
    if (size >= JOURNALS) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)?.push(batch);
    size += batch.journal_ids.length;
  }
  return groups;
}

interface PostedJournal {
  readonly batch: string;
  readonly postedAt: Date;
  readonly journal: HashedJournal;
}

async function readJournals(
  client: pg.Client,
  batches: readonly BatchRow[],
): Promise<ReadonlyMap<string, PostedJournal>> {
  const ids = batches.flatMap((batch) => batch.journal_ids);
  const { rows } = await client.query<JournalRow>(READ_JOURNALS, [`{${ids.join(',')}}`]);
  const found = rows.flatMap((row) => readEntryKeys(row.entry_keys));
  const keys = [int8Array(found, ({ accountId }) => accountId), int8Array(found, ({ seq }) => seq)];
  const entries = new Map(
    (await client.query<EntryRow>(READ_ENTRIES, keys)).rows.map((row) => [`${row.account_id}-${row.seq}`, row]),
  );
  return new Map(
    rows.map((row) => [row.id, { batch: row.batch, postedAt: row.posted_at, journal: rebuilt(row, entries) }]),
  );
}

/** A journal with its entries, in the order of its legs. */
function rebuilt(row: JournalRow, entries: ReadonlyMap<string, EntryRow>): HashedJournal {
  return {
    id: row.id,
    operation: row.operation,
    intent: row.intent,
    context: row.context,
    reason: row.reason,
    userId: BigInt(row.user_id),
    balances: [BigInt(row.coin_minor), BigInt(row.diamond_minor), BigInt(row.point_minor)],
    tenantId: row.tenant_id,
    entries: readEntryKeys(row.entry_keys).map(({ accountId, seq }) =>
      entryOf(row, entries.get(`${accountId}-${seq}`)),
    ),
    hold: row.hold,
  };
}

function entryOf(journal: JournalRow, row: EntryRow | undefined): HashedJournal['entries'][number] {
  if (row === undefined) throw new LedgerProblem(`journal ${journal.id}: an entry is missing`);
  const name = `entry ${row.account_id}-${row.seq}`;
  if (row.journal_id !== journal.id) throw new LedgerProblem(`${name} is of another journal than ${journal.id}`);
  if (row.created_at.getTime() !== journal.posted_at.getTime()) {
    throw new LedgerProblem(`${name} has another time than its journal ${journal.id}`);
  }
  return {
    accountId: BigInt(row.account_id) as AccountId,
    seq: BigInt(row.seq),
    minor: BigInt(row.minor),
    balanceAfter: BigInt(row.balance_after_minor),
    action: row.action,
  };
}

/** @returns the hash that the next batch follows */
function checkBatch(batch: BatchRow, journals: ReadonlyMap<string, PostedJournal>, before: Buffer): Buffer {
  const posted = batch.journal_ids.map((id) => {
    const found = journals.get(id);
    if (found === undefined) throw new LedgerProblem(`batch ${batch.number}: journal ${id} is missing`);
    if (found.batch !== batch.number) throw new LedgerProblem(`journal ${id} says that it is of batch ${found.batch}`);
    checkSums(found.journal);
    return found;
  });
  const postedAt = posted[0]?.postedAt;
  if (postedAt === undefined) throw new LedgerProblem(`batch ${batch.number} is empty`);
  const other = posted.find((each) => each.postedAt.getTime() !== postedAt.getTime());
  if (other !== undefined) throw new LedgerProblem(`journal ${other.journal.id} has another time than its batch`);
  const journalsInOrder = posted.map((each) => each.journal);
  const hash = batchHash(before, BigInt(batch.number), postedAt, journalsInOrder);
  if (!hash.equals(batch.hash)) {
    throw new LedgerProblem(`batch ${batch.number}: its hash does not match its ${posted.length} journals`);
  }
  return hash;
}

function checkSums({ id, entries }: HashedJournal): void {
  const sums = [0n, 0n, 0n];
  for (const { accountId, minor } of entries) {
    const index = currencyIndexOf(accountId);
    sums[index] = (sums[index] ?? 0n) + minor;
  }
  if (sums.some((sum) => sum !== 0n)) throw new LedgerProblem(`journal ${id} does not sum to zero`);
}
