import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from '@fanfare/database';
import type { Logger, Part } from '@fanfare/kit';
import { REMEMBER_REFUSALS } from './batch-read.ts';

/** Small enough to be over in milliseconds; what is left waits for the next step. */
const STEP = 1000;
const EVERY_MS = 60_000;

// Rows that a batch is just writing are left alone, so that neither waits for the other.
const PRUNE = `
  delete from refusals where journal_id in (
    select journal_id from refusals where refused_at < now() - $1::interval
     order by refused_at limit $2 for update skip locked)`;

/** Removes refusals that are not remembered any more, in bounded steps. @returns how many */
export async function pruneRefusals(sql: Sql): Promise<number> {
  let total = 0;
  for (;;) {
    const { rowCount } = await sql.query(PRUNE, [REMEMBER_REFUSALS, STEP]);
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < STEP) return total;
  }
}

/** Prunes once a minute on every replica; they do not get in each other's way. */
export function refusalPruner(sql: Sql, log: Logger): Part {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await pruneRefusals(sql);
      } catch (error) {
        log.warn({ err: error }, 'refusals were not pruned, trying again in a minute');
      }
      // Rejects when it is aborted, which is the only way it can fail.
      await delay(EVERY_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  }

  return {
    name: 'refusal pruner',
    start: async () => {
      running = run();
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
