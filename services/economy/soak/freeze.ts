/** Stops a writer (SIGSTOP) in the middle of a batch, while it holds the head of the ledger, and wakes it up later. */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Writer } from './writers.ts';

export interface Freeze {
  readonly writer: number;
  /** What became of the transaction that it was in: `aborted`, or it should not have been. */
  readonly transaction: string;
  /** When it was stopped and woken, on the monotonic clock. */
  readonly stoppedAt: number;
  readonly wokenAt: number;
}

interface Inside {
  readonly pid: number;
  readonly xid: string;
  readonly state_change: Date;
}

/** The server answers what was on its way to it before it is asked a second time. */
const LOOK_AGAIN_MS = 20;
const STOPPED_AT_LEAST_MS = 2000;
const ENDS_TIMEOUT_MS = 10_000;

// A session between its two round trips: it has the lock on the head's row and waits for its client.
const INSIDE_BATCH = `
  select pid, backend_xid::text as xid, state_change from pg_stat_activity as session
   where application_name = $1 and state = 'idle in transaction' and backend_xid is not null
     and exists (select from pg_locks where pid = session.pid and relation = 'ledger_head'::regclass
                    and mode = 'RowShareLock' and granted)`;

/**
 * @param admin may see the sessions of others; connected to the ledger's database
 * @returns null when no such moment was met within the time
 */
export async function freezeInsideBatch(
  admin: pg.Client,
  writer: Writer,
  random: () => number,
  patienceMs: number,
): Promise<Freeze | null> {
  const until = performance.now() + patienceMs;
  while (performance.now() < until) {
    process.kill(writer.pid, 'SIGSTOP');
    const stoppedAt = performance.now();
    try {
      const inside = await insideBatch(admin, writer);
      if (inside !== null) {
        await endOfSession(admin, inside.pid);
        await delay(Math.max(0, stoppedAt + STOPPED_AT_LEAST_MS - performance.now()));
        process.kill(writer.pid, 'SIGCONT');
        const wokenAt = performance.now();
        await delay(LOOK_AGAIN_MS);
        return { writer: writer.number, transaction: await statusOf(admin, inside.xid), stoppedAt, wokenAt };
      }
    } finally {
      process.kill(writer.pid, 'SIGCONT');
    }
    await delay(1 + random() * 10);
  }
  return null;
}

/** Asks twice: a session that is only just about to go on looks the same the first time. */
async function insideBatch(admin: pg.Client, writer: Writer): Promise<Inside | null> {
  const look = async (): Promise<Inside | undefined> =>
    (await admin.query<Inside>(INSIDE_BATCH, [writer.session])).rows[0];
  const first = await look();
  if (first === undefined) return null;
  await delay(LOOK_AGAIN_MS);
  const second = await look();
  return second?.state_change.getTime() === first.state_change.getTime() ? second : null;
}

async function endOfSession(admin: pg.Client, pid: number): Promise<void> {
  const deadline = performance.now() + ENDS_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const { rowCount } = await admin.query('select from pg_stat_activity where pid = $1', [pid]);
    if (rowCount === 0) return;
    await delay(LOOK_AGAIN_MS);
  }
}

/** The server is new, so its transaction numbers have not wrapped around. */
async function statusOf(admin: pg.Client, xid: string): Promise<string> {
  const { rows } = await admin.query<{ status: string | null }>('select pg_xact_status($1::xid8) as status', [xid]);
  return rows[0]?.status ?? 'forgotten';
}
