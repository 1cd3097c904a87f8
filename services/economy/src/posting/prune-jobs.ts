/** Jobs that remove what counts as forgotten already. No batch looks at these rows any more, so none waits for them. */
import type { ScheduledJob } from '@fanfare/kit/schedule';
import { REMEMBER_REFUSALS } from './batch-read.ts';

/** Over in milliseconds; what is left is the next step's. */
const STEP = 1000;

// Rows that a batch is just writing are left alone, so that neither waits for the other.
const REFUSALS = `
  delete from refusals where journal_id in (
    select journal_id from refusals where refused_at < now() - interval '${REMEMBER_REFUSALS}'
     order by refused_at limit $1 for update skip locked)`;

const LIMIT_COUNTERS = `
  delete from limit_counters where key in (
    select key from limit_counters where expires_at < now()
     order by expires_at limit $1 for update skip locked)`;

const prune = (name: string, statement: string): ScheduledJob => ({
  name,
  cron: '* * * * *',
  timeZone: 'UTC',
  catchUp: 'once',
  run: async ({ tx }) => ((await tx.query(statement, [STEP])).rowCount === STEP ? 'again' : 'done'),
});

/** Every minute. */
export const pruneJobs: readonly ScheduledJob[] = [
  prune('prune-refusals', REFUSALS),
  prune('prune-limit-counters', LIMIT_COUNTERS),
];
