/**
 * The engine's connection, as the round trips of a batch, and what it needs of PostgreSQL beyond that: settings, a way to
 * leave at once, and a second connection that reads while the first one writes.
 */
import { Socket } from 'node:net';
import pg from 'pg';
import type { AccountId } from '../ledger/accounts.ts';
import type { Folded } from '../ledger/fold.ts';
import type { AccountRow } from '../ledger/working-accounts.ts';
import { appendBatch, appendStatements } from './batch-append.ts';
import { type BatchKeys, type BatchRead, type Head, peekAccounts, readBatch } from './batch-read.ts';
import { statementsOf, writeBatch } from './batch-write.ts';
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
  readonly write: (head: Head, folded: Folded, next: Head) => Promise<void>;
  /**
   * A whole batch in one round trip, if the head still has the version of `head` and none of the ids was used before.
   * May be called again before it has answered. @returns the database's clock @throws when it is not known to be committed
   */
  readonly append: (head: Head, next: Head, folded: Folded, journalIds: readonly string[]) => Promise<Date>;
  /** Accounts as they are committed, without a lock and beside whatever else is on its way. */
  readonly peek: (ids: readonly AccountId[]) => Promise<ReadonlyMap<AccountId, AccountRow>>;
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
  // It raises the ledger's version itself.
  'fanfare.ledger_engine': 'on',
};

// A replica that is stopped while a statement of its is half sent is not idle; from PostgreSQL 17 on there is a limit for
// that too, longer than any statement may take.
const TRANSACTION_TIMEOUT = `
  select set_config('transaction_timeout', '6s', false) where current_setting('server_version_num')::int >= 170000`;

export async function openLedgerSession(databaseUrl: string): Promise<LedgerSession> {
  const writer = await openConnection(databaseUrl, 'economy-ledger');
  // Opened when it is first needed: a replica that stands by needs none.
  let opening: Promise<Connection> | null = null;
  const reader = (): Promise<Connection> => {
    opening ??= openConnection(databaseUrl, 'economy-ledger-reader');
    return opening;
  };
  const dropReader = (): void => {
    opening?.then(({ drop }) => drop()).catch(() => undefined); // one that did not open is no connection
    opening = null;
  };
  const { client } = writer;
  return {
    read: (keys) => readBatch(client, keys),
    write: (head, folded, next) =>
      writeBatch(
        client,
        computed(() => statementsOf(head, next, folded)),
      ),
    append: (head, next, folded, ids) => appendBatch(client, appendStatements(head, next, folded, ids)),
    peek: async (ids) => {
      try {
        return await peekAccounts((await reader()).client, ids);
      } catch (error) {
        dropReader();
        throw error;
      }
    },
    rollback: () => client.query('rollback'),
    usable: writer.usable,
    drop: () => {
      writer.drop();
      dropReader();
    },
    end: async () => {
      dropReader();
      await client.end();
    },
  };
}

interface Connection {
  readonly client: pg.Client;
  readonly usable: () => boolean;
  readonly drop: () => void;
}

async function openConnection(databaseUrl: string, name: string): Promise<Connection> {
  const socket = new Socket();
  let usable = true;
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: name,
    stream: () => socket,
    pipeline: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    options: Object.entries(SETTINGS)
      .map(([setting, value]) => `-c ${setting}=${value}`)
      .join(' '),
  });
  const lost = (): void => {
    usable = false;
  };
  // The failure itself reaches whoever waits for a statement, or nobody cares.
  client.on('error', lost);
  client.on('end', lost);
  // The driver's own limit ends with the connection, and a server may fall silent right after.
  const silent = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS);
  try {
    await client.connect();
    await client.query(TRANSACTION_TIMEOUT);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(silent);
  }
  const drop = (): void => {
    usable = false;
    socket.destroy();
  };
  return { client, usable: () => usable, drop };
}
