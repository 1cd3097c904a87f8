/**
 * The hash chain, from the first batch to the pinned one: every journal and entry as it was posted, debits equal to
 * credits in each journal, and every account rebuilt. While one group of batches is hashed the next one is read.
 */
import type pg from 'pg';
import { currencyIndexOf } from '../ledger/accounts.ts';
import { batchHash, GENESIS_HASH, type HashedJournal } from '../ledger/batch-hash.ts';
import { type EntryKey, KEY_BYTES, readEntryKeys } from '../ledger/entry-keys.ts';
import { int8Array } from '../posting/binary-array.ts';
import { LedgerProblem } from './ledger-problem.ts';
import { type PostedEntry, RunningBalances } from './verify-balances.ts';
import { readTuples } from './verify-session.ts';

/** Batches whose hashes are read together; and journals, some 4 entries each. */
const BATCHES = 2000n;
const JOURNALS = 1000;

/** Where the chain ended when the verification began. */
export interface Pin {
  readonly batch: bigint;
  readonly hash: Buffer;
}

interface Batch {
  readonly number: bigint;
  readonly hash: Buffer;
  readonly journals: number;
}

const READ_BATCHES = `
  select number, hash, cardinality(journal_ids) from batches where number > $1 and number <= $2 order by number`;

/** Times are seconds since the epoch. The journal's own values are null where the batch names one that is not there. */
type JournalTuple = readonly [
  number: string,
  id: string,
  batch: string | null,
  operation: string,
  intent: string,
  context: string,
  reason: string,
  userId: string,
  coin: string,
  diamond: string,
  point: string,
  entryKeys: Buffer,
  hold: string | null,
  tenantId: string | null,
  postedAt: number,
];

const READ_JOURNALS = `
  select batches.number, named.id, journals.batch, operation, intent, context, reason, user_id, coin_minor,
         diamond_minor, point_minor, entry_keys, hold, tenant_id, date_part('epoch', posted_at)
    from batches cross join lateral unnest(journal_ids) with ordinality as named (id, position)
    left join journals on journals.id = named.id
   where number > $1 and number <= $2 order by number, position`;

type EntryTuple = readonly [
  position: string,
  accountId: string,
  seq: string,
  journalId: string,
  minor: string,
  balanceAfter: string,
  action: string,
  createdAt: number,
];

const READ_ENTRIES = `
  select position, entries.account_id, entries.seq, journal_id, minor, balance_after_minor, action,
         date_part('epoch', created_at)
    from unnest($1::int8[], $2::int8[]) with ordinality as key (account_id, seq, position)
    join entries on entries.account_id = key.account_id and entries.seq = key.seq`;

/** @throws LedgerProblem naming the first batch, journal or entry that is not as it was posted */
export async function verifyChain(client: pg.Client, pin: Pin, onProgress: (entries: number) => void): Promise<void> {
  const balances = new RunningBalances();
  let before: Buffer = GENESIS_HASH;
  let done = 0;
  for (let from = 0n; from < pin.batch; from += BATCHES) {
    const groups = inGroups(await readBatches(client, from, from + BATCHES < pin.batch ? from + BATCHES : pin.batch));
    let reading = readGroup(client, groups[0]);
    for (const [index, batches] of groups.entries()) {
      const { journals, entries } = await reading;
      reading = readGroup(client, groups[index + 1]);
      const checked = checkGroup(batches, journals, entries, before);
      before = checked.hash;
      await followEntries(client, balances, checked.entries);
      done += entries.length;
      onProgress(done);
    }
  }
  if (!before.equals(pin.hash)) throw new LedgerProblem('the head does not have the hash of the last batch');
}

async function readBatches(client: pg.Client, from: bigint, to: bigint): Promise<readonly Batch[]> {
  const rows = await readTuples<readonly [string, Buffer, number]>(client, READ_BATCHES, [from, to]);
  const batches = rows.map(([number, hash, journals]) => ({ number: BigInt(number), hash, journals }));
  const gap = batches.findIndex(({ number }, index) => number !== from + BigInt(index + 1));
  const missing = gap === -1 ? from + BigInt(batches.length + 1) : from + BigInt(gap + 1);
  if (missing <= to) throw new LedgerProblem(`batch ${missing} is missing`);
  return batches;
}

/** Consecutive batches of some {@link JOURNALS} journals in all. */
function inGroups(batches: readonly Batch[]): readonly (readonly Batch[])[] {
  const groups: Batch[][] = [];
  let size = JOURNALS;
  for (const batch of batches) {
    if (size >= JOURNALS) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)?.push(batch);
    size += batch.journals;
  }
  return groups;
}

interface Journal {
  readonly tuple: JournalTuple;
  readonly keys: readonly EntryKey[];
}

interface Group {
  readonly journals: readonly Journal[];
  /** In the order of the journals' keys; undefined where there is none. */
  readonly entries: readonly (EntryTuple | undefined)[];
}

/** Nobody waits for the group behind a broken one: a failure to read it is looked at by whoever does. */
function readGroup(client: pg.Client, batches: readonly Batch[] | undefined): Promise<Group> {
  const first = batches?.[0];
  const last = batches?.at(-1);
  if (first === undefined || last === undefined) return Promise.resolve({ journals: [], entries: [] });
  const group = readJournals(client, first.number - 1n, last.number);
  group.catch(() => undefined);
  return group;
}

async function readJournals(client: pg.Client, from: bigint, to: bigint): Promise<Group> {
  const tuples = await readTuples<JournalTuple>(client, READ_JOURNALS, [from, to]);
  const journals = tuples.map((tuple) => ({ tuple, keys: tuple[2] === null ? [] : readEntryKeys(tuple[11]) }));
  const keys = journals.flatMap((journal) => journal.keys);
  const values = [int8Array(keys, ({ accountId }) => accountId), int8Array(keys, ({ seq }) => seq)];
  const entries: (EntryTuple | undefined)[] = Array.from({ length: keys.length });
  for (const entry of await readTuples<EntryTuple>(client, READ_ENTRIES, values)) entries[Number(entry[0]) - 1] = entry;
  return { journals, entries };
}

/** @throws LedgerProblem naming the first entry that does not follow the one before it in its account */
async function followEntries(
  client: pg.Client,
  balances: RunningBalances,
  entries: readonly PostedEntry[],
): Promise<void> {
  const unknown = balances.unknown(entries);
  if (unknown.length > 0) {
    const values = [int8Array(unknown, ({ accountId }) => accountId), int8Array(unknown, ({ seq }) => seq)];
    for (const [, accountId, seq, , , balanceAfter] of await readTuples<EntryTuple>(client, READ_ENTRIES, values)) {
      balances.learn({ accountId, seq, balanceAfter });
    }
  }
  for (const entry of entries) balances.follow(entry);
}

interface Checked {
  /** What the next group follows. */
  readonly hash: Buffer;
  readonly entries: readonly PostedEntry[];
}

function checkGroup(
  batches: readonly Batch[],
  journals: readonly Journal[],
  entries: readonly (EntryTuple | undefined)[],
  before: Buffer,
): Checked {
  const checked: PostedEntry[] = [];
  let hash = before;
  let [journalsDone, entriesDone] = [0, 0];
  for (const batch of batches) {
    const posted = journals.slice(journalsDone, journalsDone + batch.journals);
    journalsDone += batch.journals;
    const hashed = posted.map((journal) => {
      const own = entries.slice(entriesDone, entriesDone + journal.keys.length);
      entriesDone += journal.keys.length;
      const found = own.map((entry) => postedEntry(journal.tuple, entry));
      checked.push(...found);
      return checkJournal(batch, journal, found);
    });
    hash = checkBatch(batch, posted, hashed, hash);
  }
  return { hash, entries: checked };
}

function checkBatch(
  { number, hash }: Batch,
  posted: readonly Journal[],
  journals: readonly HashedJournal[],
  before: Buffer,
): Buffer {
  const postedAt = posted[0]?.tuple[14];
  if (postedAt === undefined) throw new LedgerProblem(`batch ${number} is empty`);
  const other = posted.find(({ tuple }) => tuple[14] !== postedAt);
  if (other !== undefined) throw new LedgerProblem(`journal ${other.tuple[1]} has another time than its batch`);
  const rebuilt = batchHash(before, number, new Date(Math.round(postedAt * 1000)), journals);
  if (!rebuilt.equals(hash)) {
    throw new LedgerProblem(`batch ${number}: its hash does not match its ${posted.length} journals`);
  }
  return rebuilt;
}

/** With the journal's own values; its entries were found. */
function checkJournal({ number }: Batch, { tuple, keys }: Journal, entries: readonly PostedEntry[]): HashedJournal {
  const [, id, batch, operation, intent, context, reason, userId, coin, diamond, point, entryKeys, hold, tenantId] =
    tuple;
  if (batch === null) throw new LedgerProblem(`batch ${number}: journal ${id} is missing`);
  if (batch !== `${number}`) throw new LedgerProblem(`journal ${id} says that it is of batch ${batch}`);
  if (entryKeys.length !== keys.length * KEY_BYTES)
    throw new LedgerProblem(`journal ${id} has a broken key of an entry`);
  checkSums(id, keys, entries);
  const balances = [coin, diamond, point] as const;
  return { id, operation, intent, context, reason, userId, balances, tenantId, entries, hold };
}

function postedEntry(journal: JournalTuple, entry: EntryTuple | undefined): PostedEntry {
  const [, id] = journal;
  if (entry === undefined) throw new LedgerProblem(`journal ${id}: an entry is missing`);
  const [, accountId, seq, journalId, minor, balanceAfter, action, createdAt] = entry;
  if (journalId !== id) throw new LedgerProblem(`entry ${accountId}-${seq} is of another journal than ${id}`);
  if (createdAt !== journal[14]) throw new LedgerProblem(`entry ${accountId}-${seq} has another time than its journal`);
  return { accountId, seq, minor, balanceAfter, action };
}

function checkSums(id: string, keys: readonly EntryKey[], entries: readonly PostedEntry[]): void {
  const sums = [0n, 0n, 0n];
  for (const [index, { accountId }] of keys.entries()) {
    const currency = currencyIndexOf(accountId);
    sums[currency] = (sums[currency] ?? 0n) + BigInt(entries[index]?.minor ?? 0);
  }
  if (sums.some((sum) => sum !== 0n)) throw new LedgerProblem(`journal ${id} does not sum to zero`);
}
