/**
 * Makes a ledger old: millions of posted gifts, by the real rules and with the real chain, so that it verifies and the
 * engine goes on from where this ends. Rows are written by COPY, with every constraint and trigger on; the journals'
 * events count as sent, so the outbox stays empty. Runs alone: nobody else may post meanwhile.
 *
 *   fold chunk n + 1 (this process) | copy chunk n (the database)     each chunk is one transaction
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { type AccountId, currencyIndexOf, kindOf, ownerOf } from '../src/ledger/accounts.ts';
import type { LedgerCommand } from '../src/ledger/command.ts';
import { foldBatch } from '../src/ledger/fold.ts';
import type { AccountRow } from '../src/ledger/working-accounts.ts';
import { BATCH_COLUMNS, ENTRY_COLUMNS, type HistoryRows, historyRows, JOURNAL_COLUMNS } from './history-rows.ts';

export interface BuildOptions {
  readonly databaseUrl: string;
  /** How many journals the ledger has in the end, those included that it has already. */
  readonly journals: number;
  /** Must be accepted. */
  readonly next: () => LedgerCommand;
  readonly onProgress?: (journals: number, total: number) => void;
}

/** As many as the engine puts in one. */
const BATCH = 256;
/** 32,768 journals: some 35 MB of text, twice while the next chunk is made. */
const CHUNK = 128;
// Nothing here is acknowledged to anybody; the sums of a chunk's entries need memory.
const SESSION = '-c synchronous_commit=off -c work_mem=64MB';

/** Where the ledger ends. */
interface End {
  batch: bigint;
  outboxId: bigint;
  hash: Buffer;
  readonly accounts: Map<AccountId, AccountRow>;
}

interface Chunk {
  readonly journals: number;
  readonly rows: readonly HistoryRows[];
  /** The accounts and the head as they are after it. */
  readonly accounts: readonly (readonly [AccountId, AccountRow])[];
  readonly batch: bigint;
  readonly outboxId: bigint;
  readonly hash: Buffer;
  /** The batch that it follows. */
  readonly after: bigint;
}

/** @throws when somebody else posts, or a command is not accepted; chunks that were written before stay and are sound */
export async function buildHistory(options: BuildOptions): Promise<void> {
  const client = new pg.Client({ connectionString: options.databaseUrl, options: SESSION });
  await client.connect();
  try {
    const end = await readEnd(client);
    // Every journal is one event here, so the last event's number counts them.
    let missing = options.journals - Number(end.outboxId);
    let chunk = await foldChunk(end, options.next, missing);
    while (chunk.journals > 0) {
      missing -= chunk.journals;
      const [following] = await Promise.all([foldChunk(end, options.next, missing), writeChunk(client, chunk)]);
      options.onProgress?.(Number(chunk.outboxId), options.journals);
      chunk = following;
    }
  } finally {
    await client.end();
  }
}

async function readEnd(client: pg.Client): Promise<End> {
  const head = await client.query<{ batch: string; outbox_id: string; hash: Buffer }>(
    'select batch, outbox_id, hash from ledger_head',
  );
  const accounts = await client.query<
    Record<'id' | 'balance' | 'held' | 'floor' | 'seq', string> & { frozen: boolean }
  >('select id, balance_minor as balance, held_minor as held, floor_minor as floor, seq, frozen from accounts');
  const [row] = head.rows;
  if (row === undefined) throw new Error('ledger_head has no row');
  return {
    batch: BigInt(row.batch),
    outboxId: BigInt(row.outbox_id),
    hash: row.hash,
    accounts: new Map(
      accounts.rows.map(({ id, balance, held, floor, seq, frozen }) => [
        BigInt(id) as AccountId,
        { balance: BigInt(balance), held: BigInt(held), floor: BigInt(floor), seq: BigInt(seq), frozen },
      ]),
    ),
  };
}

/** Moves `end` on. Lets the database's answers in between batches. */
async function foldChunk(end: End, next: () => LedgerCommand, missing: number): Promise<Chunk> {
  const after = end.batch;
  const rows: HistoryRows[] = [];
  const changed = new Set<AccountId>();
  const journals = Math.min(Math.max(missing, 0), BATCH * CHUNK);
  for (let done = 0; done < journals; done += BATCH) {
    const commands = Array.from({ length: Math.min(BATCH, journals - done) }, next);
    rows.push(foldOne(end, commands, changed));
    await nextTurn();
  }
  const accounts = [...changed].flatMap((id) => {
    const account = end.accounts.get(id);
    return account === undefined ? [] : [[id, account] as const];
  });
  return { journals, rows, accounts, after, batch: end.batch, outboxId: end.outboxId, hash: end.hash };
}

function foldOne(end: End, commands: readonly LedgerCommand[], changed: Set<AccountId>): HistoryRows {
  const postedAt = new Date();
  const nothing = { journals: new Map(), refusals: new Map(), holds: new Map(), limits: new Map() };
  const folded = foldBatch({ ...nothing, accounts: end.accounts }, commands, postedAt);
  const refused = folded.verdicts.find((verdict) => verdict.type !== 'accepted');
  if (refused !== undefined) throw new Error(`a gift was not accepted: ${JSON.stringify(refused)}`);
  for (const { id, balance, held, floor, seq, frozen } of folded.accounts) {
    end.accounts.set(id, { balance, held, floor, seq, frozen });
    changed.add(id);
  }
  end.batch += 1n;
  const rows = historyRows(end.hash, end.batch, postedAt, folded);
  end.hash = rows.hash;
  end.outboxId += BigInt(folded.journals.length);
  return rows;
}

const MOVE_HEAD = 'update ledger_head set batch = $1, outbox_id = $2, hash = $3 where id = 1 and batch = $4';
// Behind the entries: an account is as old as its first one.
const WRITE_ACCOUNTS = `
  insert into accounts (id, kind, owner_id, currency, balance_minor, held_minor, floor_minor, seq, frozen, created_at)
  select id, kind, owner_id, currency, balance, 0, floor, row.seq, false,
         (select created_at from entries where account_id = row.id and entries.seq = 1)
    from unnest($1::int8[], $2::int2[], $3::int8[], $4::int2[], $5::int8[], $6::int8[], $7::int8[])
         as row (id, kind, owner_id, currency, balance, floor, seq)
  on conflict (id) do update set balance_minor = excluded.balance_minor, seq = excluded.seq`;

async function writeChunk(client: pg.Client, chunk: Chunk): Promise<void> {
  await client.query('begin');
  const head = await client.query(MOVE_HEAD, [chunk.batch, chunk.outboxId, chunk.hash, chunk.after]);
  if (head.rowCount !== 1) throw new Error('somebody else posts to this ledger');
  await copy(
    client,
    `journals (${JOURNAL_COLUMNS})`,
    chunk.rows.map((rows) => rows.journals),
  );
  await copy(
    client,
    `entries (${ENTRY_COLUMNS})`,
    chunk.rows.map((rows) => rows.entries),
  );
  await copy(
    client,
    `batches (${BATCH_COLUMNS})`,
    chunk.rows.map((rows) => rows.batch),
  );
  const accounts = chunk.accounts;
  await client.query(WRITE_ACCOUNTS, [
    accounts.map(([id]) => id),
    accounts.map(([id]) => kindOf(id)),
    accounts.map(([id]) => ownerOf(id)),
    accounts.map(([id]) => currencyIndexOf(id)),
    accounts.map(([, { balance }]) => balance),
    accounts.map(([, { floor }]) => floor),
    accounts.map(([, { seq }]) => seq),
  ]);
  await client.query('commit');
}

const copy = (client: pg.Client, target: string, lines: readonly string[]): Promise<void> =>
  pipeline(Readable.from(lines), client.query(copyFrom(`copy ${target} from stdin`)));
