/** Work done again and again, in this process, never twice at once; and how replicas agree on who does a round. */
import { one, type Sql } from '@fanfare/database';
import type { Logger, Part } from '@fanfare/kit';

/** Runs `work` every `everyMs` milliseconds, counted from the end of one run to the beginning of the next. */
export function periodic(name: string, everyMs: number, log: Logger, work: () => Promise<void>): Part {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopping = false;
  const schedule = (): void => {
    if (stopping) return;
    timer = setTimeout(() => {
      running = work()
        .catch((error: unknown) => log.error({ err: error, work: name }, 'periodic work failed; it comes again'))
        .finally(schedule);
    }, everyMs);
  };
  return {
    name,
    start: async () => schedule(),
    stop: async () => {
      stopping = true;
      clearTimeout(timer);
      await running;
    },
  };
}

export type Job = 'presence' | 'chat-retention';

/** Whether this replica has the round that is due now, by the database's clock. Nobody else has it then. */
export async function claimRound(sql: Sql, job: Job, everyMs: number): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update periodic_jobs set due_at = clock_timestamp() + make_interval(secs => $2::float8 / 1000)
      where name = $1 and due_at <= clock_timestamp()`,
    [job, everyMs],
  );
  return rowCount === 1;
}

/** Where a walk through a table continues. */
export async function readPosition(sql: Sql, job: Job): Promise<bigint> {
  const result = await sql.query<{ position: string }>('select position from periodic_jobs where name = $1', [job]);
  return BigInt(one(result).position);
}

export async function savePosition(sql: Sql, job: Job, position: bigint): Promise<void> {
  await sql.query('update periodic_jobs set position = $2 where name = $1', [job, position]);
}
