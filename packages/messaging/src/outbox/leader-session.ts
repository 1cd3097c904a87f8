/**
 * The one active relay of a service: whoever holds a session advisory lock. The session is the relay's own and does all
 * its work, so that losing it ends the leadership and every unfinished statement at once. PostgreSQL ends a session that
 * is idle for 3 s, which a heartbeat of 1 s prevents for as long as this process runs: a killed holder is followed at
 * once, a frozen one (SIGSTOP, a machine that is gone) after 3 s.
 *
 * NOTE: the url must not lead through a transaction pooler; locks and settings belong to a session.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from '@fanfare/database';
import type { Logger } from '@fanfare/kit';
import pg from 'pg';
import type { LeaderSession } from './lead.ts';
import { maintainPartitions } from './partitions.ts';
import { outboxTables } from './store.ts';

/** Any constant but the migrations' own; locks are local to a database, and each service has one of its own. */
const LOCK_KEY = 5_310_277_642n;
const IDLE_SESSION_TIMEOUT_MS = 3000;
const HEARTBEAT_MS = 1000;
const CONNECT_TIMEOUT_MS = 3000;
/** A server that does not answer in this time has lost us as its leader already. */
const QUERY_TIMEOUT_MS = 5000;
const END_TIMEOUT_MS = 1000;
/**
 * Always by an index: of a table that was empty when it was last looked at, the planner would sort all that waits for
 * every page it reads.
 */
export const PLANNING = '-c plan_cache_mode=force_custom_plan -c enable_seqscan=off -c jit=off';

export async function openSession(url: string, service: string, log: Logger): Promise<LeaderSession> {
  const client = new pg.Client({
    connectionString: url,
    application_name: `${service} outbox relay`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    statement_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    options: `-c idle_session_timeout=${IDLE_SESSION_TIMEOUT_MS} ${PLANNING}`,
  });
  let failure: Error | undefined;
  // A session that dies between two statements says so here, and only here.
  client.on('error', (error) => {
    failure ??= error;
  });
  await client.connect();

  // One statement at a time: the heartbeat and the work take turns.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(() => {
      if (failure !== undefined) throw failure;
      return work();
    });
    turn = mine.catch(() => undefined);
    return mine;
  };
  const fail = (error: Error): void => {
    failure ??= error;
  };
  const heartbeat = setInterval(() => inTurn(() => client.query('select 1')).catch(fail), HEARTBEAT_MS);

  const sql: Sql = {
    query: <Row extends object>(text: string, values?: unknown[]) => inTurn(() => client.query<Row>(text, values)),
  };
  return {
    ...outboxTables(sql),
    maintain: () => maintainPartitions(sql, log),
    tryLead: async () => {
      const { rows } = await sql.query<{ leader: boolean }>('select pg_try_advisory_lock($1) as leader', [LOCK_KEY]);
      return rows[0]?.leader === true;
    },
    end: async () => {
      clearInterval(heartbeat);
      failure ??= new Error('the session was ended');
      // A server that hangs must not hold up the shutdown: it ends the idle session by itself.
      await Promise.race([client.end(), delay(END_TIMEOUT_MS, undefined, { ref: false })]);
    },
  };
}
