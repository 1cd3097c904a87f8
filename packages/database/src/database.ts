/**
 * A service's connections. One small pool serves everything that is not a hot path of its own: short transactions on
 * one client, and Prisma for single statements, over the same pool.
 */
import { isUnavailable, type Logger, type Part } from '@fanfare/kit';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Sql } from './sql.ts';

export interface DatabaseOptions {
  readonly url: string;
  /** Connections; 4 by default: 13 services x 3 replicas x (4 + relay + engine) stay under max_connections = 300. */
  readonly poolSize: number;
  readonly log: Logger;
  /** Statements over this are cancelled by the server. */
  readonly statementTimeoutMs?: number;
}

export interface Database extends Part, Sql {
  readonly url: string;
  /**
   * Runs `work` in one transaction (READ COMMITTED) and commits; rolls back when it throws. A transaction that lost a
   * deadlock or a serialization race is run again, at most three times: `work` must have no effect but its statements.
   */
  readonly transaction: <T>(work: (tx: Sql) => Promise<T>) => Promise<T>;
  /** For `new PrismaClient({ adapter })`. */
  readonly prismaAdapter: () => PrismaPg;
}

const STATEMENT_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5000;
const SILENCE_MS = 2000;
const ATTEMPTS = 3;
/** deadlock_detected, serialization_failure: nothing was committed, and the same statements may succeed now. */
const REPEATABLE = new Set(['40P01', '40001']);

export function openDatabase(options: DatabaseOptions): Database {
  const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    // The server's own timeout does not help when the server has gone silent; without these a call waits for ever.
    query_timeout: statementTimeoutMs + SILENCE_MS,
    keepAlive: true,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    // Plans made for empty tables ruin a service once they have filled; compiling tiny queries costs more than it saves.
    options: '-c plan_cache_mode=force_custom_plan -c jit=off -c search_path=public',
  });
  // Without a listener a dropped idle connection would end the process; the pool replaces it by itself.
  pool.on('error', (error) => options.log.warn({ err: error }, 'idle database connection lost'));

  return {
    name: 'database',
    url: options.url,
    query: <Row extends object>(text: string, values?: unknown[]) => pool.query<Row>(text, values),
    transaction: (work) => transact(pool, work),
    prismaAdapter: () => new PrismaPg(pool, { disposeExternalPool: false }),
    start: async () => {
      await pool.query('select 1');
    },
    stop: () => pool.end(),
  };
}

async function transact<T>(pool: pg.Pool, work: (tx: Sql) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(pool, work);
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof pg.DatabaseError) || !REPEATABLE.has(error.code ?? ''))
        throw error;
    }
  }
}

async function once<T>(pool: pg.Pool, work: (tx: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // A connection that dies between two statements reports it here and not in a promise.
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query('begin');
    const result = await work(client);
    const { command } = await client.query('commit');
    // Committing an aborted transaction answers ROLLBACK, without an error.
    if (command !== 'COMMIT') throw new Error('the transaction was aborted by a statement that failed');
    return result;
  } catch (error) {
    // A server that is gone rolls back by itself; asking it to would only wait for it once more.
    if (isUnavailable(error)) broken = error as Error;
    else {
      await client.query('rollback').catch((failure: Error) => {
        broken = failure;
      });
    }
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}
