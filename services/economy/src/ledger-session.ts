/**
 * The engine's one connection, as the two round trips of a batch. A session serves one batch at a time; what it needs
 * of PostgreSQL beyond that (settings, a way to leave at once) is here.
 */
import { Socket } from 'node:net';
import pg from 'pg';
import { type BatchKeys, type BatchRead, type Head, readBatch } from './batch-read.ts';
import { statementsOf, writeBatch } from './batch-write.ts';
import type { Folded } from './fold.ts';
import { computed } from './retry.ts';

/** What the runner needs of whatever keeps the ledger. */
export interface LedgerSession {
  /** First round trip: begins, locks the head, reads. */
  readonly read: (keys: BatchKeys) => Promise<BatchRead>;
  /**
   * Second round trip: writes what was folded, and commits.
   * @throws pg.DatabaseError when the batch was refused: nothing was committed. Any other failure leaves that open; the
   * same commands, sent again, find out by their ids.
   */
  readonly write: (head: Head, folded: Folded) => Promise<void>;
  readonly rollback: () => Promise<unknown>;
  /** False once it was lost or dropped. */
  readonly usable: () => boolean;
  /** Ends it without a word: whatever was in flight fails now, and the server rolls back what was not committed. */
  readonly drop: () => void;
  readonly end: () => Promise<void>;
}

const CONNECT_TIMEOUT_MS = 3000;

/**
 * - Plans are made once and must stay good while tables grow from empty to millions: no sequential scan, and of the
 *   joins only the hash join, which reads both sides once whatever the planner believes of their size.
 * - Compiling a plan (jit) costs more than the plan.
 * - A replica that is stopped while it holds the head's lock loses it after a second, for the others' sake.
 * - Acknowledged money is on disk: synchronous_commit stays on whatever the server's default is.
 */
const SETTINGS = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_nestloop: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
  synchronous_commit: 'on',
  idle_in_transaction_session_timeout: '1000',
  statement_timeout: '5000',
};

export async function openLedgerSession(databaseUrl: string): Promise<LedgerSession> {
  const socket = new Socket();
  let usable = true;
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'economy-ledger',
    stream: () => socket,
    pipeline: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    options: Object.entries(SETTINGS)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  });
  const lost = (): void => {
    usable = false;
  };
  // The failure itself reaches whoever waits for a statement, or nobody cares.
  client.on('error', lost);
  client.on('end', lost);
  try {
    await client.connect();
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return {
    read: (keys) => readBatch(client, keys),
    write: (head, folded) =>
      writeBatch(
        client,
        computed(() => statementsOf(head, folded)),
      ),
    rollback: () => client.query('rollback'),
    usable: () => usable,
    drop: () => {
      usable = false;
      socket.destroy();
    },
    end: () => client.end(),
  };
}
