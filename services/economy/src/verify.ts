/**
 * Proves that a ledger is what its entries say, beside a running service: every balance rebuilt from its entries, every
 * running balance, debits equal to credits, and the hash chain over everything that was posted.
 *
 * The first statement pins the last batch and the counts of that moment. After that only rows that never change are
 * read, in short statements: a long snapshot would keep dead versions of the head row and slow every batch down.
 */
import pg from 'pg';
import { LedgerProblem } from './ledger-problem.ts';
import { verifyAccounts } from './verify-accounts.ts';
import { verifyChain } from './verify-chain.ts';

export interface VerifyOptions {
  /** Reading is enough; a direct connection or a pooled one. */
  readonly databaseUrl: string;
  /** Called now and then with the entries looked at and how many there are to look at (each is looked at twice). */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface VerifyResult {
  readonly ok: boolean;
  readonly journals: number;
  readonly entries: number;
  /** The first broken thing by name, or null. */
  readonly firstProblem: string | null;
}

interface PinRow {
  readonly batch: string;
  readonly outbox_id: string;
  readonly hash: Buffer;
  readonly batches: string;
  readonly chained: string;
  readonly journals: string;
  readonly entries: string;
  readonly counted: string;
  readonly unbalanced: string | null;
}

// One statement, one snapshot.
const PIN = `
  select head.batch, head.outbox_id, head.hash,
         (select count(*) from batches) as batches,
         (select coalesce(sum(cardinality(journal_ids)), 0) from batches) as chained,
         (select count(*) from journals) as journals,
         (select count(*) from entries) as entries,
         (select coalesce(sum(seq), 0) from accounts) as counted,
         (select string_agg(currency || ': ' || sum, ', ')
            from (select currency, sum(balance_minor) from accounts group by currency) as sums
           where sum <> 0) as unbalanced
    from ledger_head as head`;

// Plans for the sizes at hand; joins go by the index from the keys of one page.
const SESSION = '-c default_transaction_read_only=on -c jit=off -c enable_hashjoin=off -c enable_mergejoin=off';

/** @throws when the database cannot be read; a broken ledger is a result and not an error */
export async function verifyLedger(options: VerifyOptions): Promise<VerifyResult> {
  const client = new pg.Client({ connectionString: options.databaseUrl, options: SESSION });
  await client.connect();
  try {
    const { rows } = await client.query<PinRow>(PIN);
    const [row] = rows;
    if (row === undefined) return { ok: false, journals: 0, entries: 0, firstProblem: 'ledger_head has no row' };
    const firstProblem = await firstProblemOf(client, row, options.onProgress ?? (() => undefined));
    return {
      ok: firstProblem === null,
      journals: Number(row.journals),
      entries: Number(row.entries),
      firstProblem,
    };
  } finally {
    await client.end();
  }
}

async function firstProblemOf(
  client: pg.Client,
  row: PinRow,
  onProgress: (done: number, total: number) => void,
): Promise<string | null> {
  const entries = Number(row.entries);
  try {
    checkPin(row);
    const pin = { batch: BigInt(row.batch), hash: row.hash };
    await verifyChain(client, pin, (done) => onProgress(done, entries * 2));
    await verifyAccounts(client, (done) => onProgress(Math.min(entries + done, entries * 2), entries * 2));
    return null;
  } catch (error) {
    if (error instanceof LedgerProblem) return error.message;
    throw error;
  }
}

function checkPin(row: PinRow): void {
  if (row.unbalanced !== null) throw new LedgerProblem(`the accounts do not sum to zero (${row.unbalanced})`);
  if (row.batches !== row.batch) throw new LedgerProblem(`the head is at batch ${row.batch} of ${row.batches}`);
  if (row.chained !== row.journals) {
    throw new LedgerProblem(`there are ${row.journals} journals, and the batches name ${row.chained}`);
  }
  if (row.outbox_id !== row.journals) {
    throw new LedgerProblem(`there are ${row.journals} journals, and the head counts ${row.outbox_id} events`);
  }
  if (row.counted !== row.entries) {
    throw new LedgerProblem(`there are ${row.entries} entries, and the accounts count ${row.counted}`);
  }
}
