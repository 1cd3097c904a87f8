/**
 * Jobs by the clock, one leader at a time, for any number of replicas.
 *
 * Each job has a row in `platform.schedules`: the newest tick that is over. A replica that finds a later tick due locks
 * the row, runs the job inside that transaction, and moves the row on with the job's own writes:
 *
 *   waiting --tick due--> locking --row is free--> running --committed--> waiting for the next tick
 *      ^                     '--another has it--> looking again in 2 s      |
 *      '--------------- after the pause of retry-pause.ts <---failed--------'
 *
 * So a tick is run by one replica; the lock of a replica that dies is gone with its session, and the tick is run
 * elsewhere. A job may be run again for a tick whose commit failed: what it does outside of its transaction has to be
 * idempotent.
 *
 * One scheduler runs its jobs one after the other and so takes one connection of the pool. A run is as long as a
 * transaction may be: statements and the pauses between them have the limits of the database (10 s each in
 * @fanfare/database), and a transaction that is open for long keeps old row versions alive. Work without a bound is done
 * in parts: see {@link ScheduledJob.run}.
 */
import type { Registry } from 'prom-client';
import { type Clock, systemClock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { Part } from '../service.ts';
import { retryPauseMs } from './retry-pause.ts';
import { type ScheduleMetrics, scheduleMetrics } from './schedule-metrics.ts';
import {
  complete,
  lockRow,
  recordFailure,
  register,
  type ScheduleDatabase,
  type ScheduleRow,
  type Statements,
} from './schedule-store.ts';
import { type Timetable, timetable } from './timetable.ts';

export type { ScheduleDatabase, Statements } from './schedule-store.ts';

export interface JobRun {
  /** The transaction that completes the tick. */
  readonly tx: Statements;
  /** Which time this is the run of: not now, after a downtime. */
  readonly tick: Date;
  /** Aborted when the service stops, which waits for the run. A run that throws then is no failure. */
  readonly signal: AbortSignal;
}

export interface ScheduledJob {
  /** Names the row for ever: another name is another job. */
  readonly name: string;
  /** Five fields, or six with seconds first; see timetable.ts for the rules of clock changes. */
  readonly cron: string;
  /** IANA name, such as Europe/Berlin. */
  readonly timeZone: string;
  /**
   * What becomes of ticks that nobody ran: 'once' runs the newest for all of them; `{ each: 24 }` runs every one in
   * their order, of more than 24 the newest 24. A tick that fails keeps those behind it waiting.
   */
  readonly catchUp: 'once' | { readonly each: number };
  /** A job that the database has never seen begins with the next tick, or here with the first one after this. */
  readonly since?: Date;
  /**
   * One run, committed with the tick. 'again' says that there is more to do: what was done is committed, the tick is
   * not over, and the job is run again for it at once, by this replica or another.
   */
  readonly run: (run: JobRun) => Promise<'done' | 'again'>;
}

export interface SchedulerOptions {
  readonly database: ScheduleDatabase;
  readonly jobs: readonly ScheduledJob[];
  readonly log: Logger;
  readonly metrics: Registry;
  readonly clock?: Clock;
}

/** How soon a dead leader's tick is found free. */
const POLL_MS = 2000;
/** The wall clock may be set while we sleep. */
const MAX_SLEEP_MS = 60_000;

/** @throws when a cron expression or time zone is none, or two jobs have one name */
export function scheduler({ database, jobs, log, metrics, clock = systemClock }: SchedulerOptions): Part {
  if (new Set(jobs.map((job) => job.name)).size < jobs.length) throw new Error('two scheduled jobs have the same name');
  const stopping = new AbortController();
  const deps = { database, log, clock, metrics: scheduleMetrics(metrics), signal: stopping.signal };
  const runners = jobs.map((job) => new JobRunner(job, deps));
  let running: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const next = runners.reduce((first, other) => (other.wakeAt < first.wakeAt ? other : first));
      const wait = next.wakeAt - clock.now().getTime();
      if (wait <= 0) await next.look();
      else await clock.sleep(Math.min(wait, MAX_SLEEP_MS), stopping.signal);
    }
  }

  return {
    name: 'scheduler',
    start: async () => {
      for (const { name, since } of jobs) await register(database, name, since ?? clock.now());
      if (jobs.length > 0) running = run();
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

interface RunnerDeps {
  readonly database: ScheduleDatabase;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: ScheduleMetrics;
  readonly signal: AbortSignal;
}

/** One job on this replica. */
class JobRunner {
  readonly #job: ScheduledJob;
  readonly #deps: RunnerDeps;
  readonly #timetable: Timetable;
  /** When to look at the row next, in epoch milliseconds; at once after the start. */
  #wakeAt = 0;

  constructor(job: ScheduledJob, deps: RunnerDeps) {
    this.#job = job;
    this.#deps = deps;
    this.#timetable = timetable(job.cron, job.timeZone);
  }

  get wakeAt(): number {
    return this.#wakeAt;
  }

  /** Runs what is due unless another replica does, and decides when to look again. Never rejects. */
  async look(): Promise<void> {
    const { database, clock } = this.#deps;
    let locked: ScheduleRow | null = null;
    try {
      this.#wakeAt = await database.transaction(async (tx) => {
        locked = await lockRow(tx, this.#job.name);
        return locked === null ? clock.now().getTime() + POLL_MS : this.#runDue(tx, locked);
      });
    } catch (error) {
      this.#wakeAt = await this.#failed(error, locked);
    }
  }

  /** @returns when to look again */
  async #runDue(tx: Statements, row: ScheduleRow): Promise<number> {
    const { clock, metrics } = this.#deps;
    const { name, catchUp } = this.#job;
    const now = clock.now();
    metrics.lastTick(name, row.last_tick_at);
    if (row.retry_at !== null && row.retry_at > now) return row.retry_at.getTime();
    const [tick] = this.#timetable.due(row.last_tick_at, now, catchUp === 'once' ? 1 : catchUp.each);
    // Another replica's clock may be ahead of ours.
    if (tick === undefined) return this.#next(Math.max(row.last_tick_at.getTime(), now.getTime()));
    this.#tellOfSkipped(row.last_tick_at, tick);
    if ((await this.#run(tx, tick)) === 'again') return now.getTime();
    await complete(tx, name, tick);
    metrics.completed(name);
    metrics.lastTick(name, tick);
    return this.#next(tick.getTime());
  }

  async #run(tx: Statements, tick: Date): Promise<'done' | 'again'> {
    const { clock, metrics, signal } = this.#deps;
    const started = clock.monotonic();
    const outcome = await this.#job.run({ tx, tick, signal });
    metrics.ran(this.#job.name, (clock.monotonic() - started) / 1000);
    return outcome;
  }

  /** @returns when to look again */
  async #failed(error: unknown, row: ScheduleRow | null): Promise<number> {
    const { database, log, clock, metrics, signal } = this.#deps;
    const job = this.#job.name;
    const now = clock.now().getTime();
    if (signal.aborted) {
      log.info({ err: error, job }, 'a scheduled job was interrupted by the shutdown');
      return now;
    }
    if (row === null) {
      log.warn({ err: error, job }, 'the schedule of a job cannot be looked at');
      return now + POLL_MS;
    }
    metrics.failed(job);
    const pauseMs = retryPauseMs(row.failures + 1);
    log.error({ err: error, job, pauseMs, failures: row.failures + 1 }, 'a scheduled job failed');
    await recordFailure(database, job, row, new Date(now + pauseMs)).catch((failure: unknown) => {
      log.warn({ err: failure, job }, 'the failure could not be recorded for other replicas');
    });
    return now + pauseMs;
  }

  #tellOfSkipped(last: Date, tick: Date): void {
    const oldest = this.#timetable.after(last);
    if (this.#job.catchUp === 'once' || oldest === null || oldest >= tick) return;
    this.#deps.metrics.skipped(this.#job.name);
    this.#deps.log.error({ job: this.#job.name, oldest, tick }, 'ticks were missed for too long and are skipped');
  }

  #next(moment: number): number {
    return this.#timetable.after(new Date(moment))?.getTime() ?? Number.POSITIVE_INFINITY;
  }
}
