/**
 * The posting engine. Concurrent commands ride one transaction instead of waiting for each other's locks:
 *
 *   idle --command--> reading --> folding --> writing --> answered --queue empty--> idle
 *                        ^------------- queue not empty -------'
 *
 * One batch is in flight; what arrives meanwhile is the next one, at most 256 commands. There is no timer: a command
 * that finds the engine idle starts a batch by itself, and under load batches grow until they carry what arrives. A
 * batch is two round trips (batch-read, batch-write) around a pure fold. Every batch of every replica locks the one
 * ledger_head row first, so any number of replicas is correct.
 *
 * A failed attempt is judged by retry.ts. Commands are sent again unchanged: if the lost commit had arrived after all,
 * their ids are found and they are answered as they were the first time. A batch that the database refuses is halved
 * until the command it refuses is alone; only that one fails.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { commonErrors, type Logger, type Part } from '@fanfare/kit';
import type pg from 'pg';
import type { Registry } from 'prom-client';
import { readBatch } from './batch-read.ts';
import { writeBatch } from './batch-write.ts';
import type { LedgerCommand, Verdict } from './command.ts';
import { type Folded, foldBatch, type LedgerState } from './fold.ts';
import { connectLedger, type LedgerConnection } from './ledger-connection.ts';
import { ledgerMetrics } from './metrics.ts';
import { type Failure, FoldFailure, failureOf, pauseMs, type Step, stepAfter } from './retry.ts';

export interface EngineOptions {
  readonly databaseUrl: string;
  /** Commands that may wait; one more is refused at once. 4,096 are 16 batches: some 200 ms of work. */
  readonly queueSize: number;
  readonly log: Logger;
  readonly metrics: Registry;
  /** Called after a commit that wrote journals: wakes the outbox relay. */
  readonly onPosted: () => void;
}

export interface Engine extends Part {
  /**
   * Posts one command and resolves to its verdict once that is committed.
   * @param waitMs the command is dropped unless the ledger looks at it within this time; 0: no limit
   * @throws OVERLOADED at once when the queue is full; UNAVAILABLE when the database stays away (the outcome is then
   * unknown, and the same command may be sent again); INTERNAL when the database refuses this command
   */
  readonly post: (command: LedgerCommand, waitMs: number) => Promise<Verdict>;
}

/** 128 to 1,000 differ by less than a tenth; 256 keeps a batch under 20 ms. */
const MAX_BATCH = 256;
/** Longer than the session's statement_timeout: then the connection itself hangs. */
const ATTEMPT_TIMEOUT_MS = 8000;
interface Waiting {
  readonly command: LedgerCommand;
  /** On the monotonic clock; Infinity: for ever. */
  readonly until: number;
  /** Past the fold it runs to its end, whoever waits. */
  folded: boolean;
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: Error) => void;
}

export function createEngine(options: EngineOptions): Engine {
  const queue: Waiting[] = [];
  const metrics = ledgerMetrics(options.metrics, () => queue.length);
  let connection: LedgerConnection | null = null;
  let running: Promise<void> | null = null;
  let troubled = false;

  function post(command: LedgerCommand, waitMs: number): Promise<Verdict> {
    if (queue.length >= options.queueSize) {
      metrics.overloaded();
      return Promise.reject(commonErrors.OVERLOADED());
    }
    const until = waitMs === 0 ? Number.POSITIVE_INFINITY : performance.now() + waitMs;
    return new Promise((resolve, reject) => {
      queue.push({ command, until, folded: false, resolve, reject });
      // In a microtask, so that the commands of one request ride one batch.
      running ??= Promise.resolve().then(run);
    });
  }

  async function run(): Promise<void> {
    while (queue.length > 0) {
      const started = performance.now();
      const batch = queue.splice(0, MAX_BATCH);
      await settle(batch, started);
      metrics.committed(batch.length, (performance.now() - started) / 1000);
    }
    running = null;
  }

  /** Brings every command of a batch to an answer. Never rejects. */
  async function settle(batch: readonly Waiting[], started: number): Promise<void> {
    let races = 0;
    for (let attempt = 1; ; attempt += 1) {
      const live = dropExpired(batch);
      if (live.length === 0) return;
      try {
        await attemptBatch(live);
        troubled = false;
        return;
      } catch (error) {
        const failure = failureOf(error);
        if (failure === 'again') races += 1;
        const step = stepAfter(failure, races, performance.now() - started);
        report(step, failure, error);
        if (step !== 'again') return step === 'isolate' ? isolate(live, error) : giveUp(live);
        await delay(pauseMs(attempt));
      }
    }
  }

  function report(step: Step, failure: Failure, error: unknown): void {
    troubled = failure === 'reconnect';
    metrics.failed(step);
    options.log.warn({ err: error, step }, 'a ledger batch failed');
  }

  /** Answers those whose callers have left. One that was folded once is kept: it may have been committed. */
  function dropExpired(batch: readonly Waiting[]): readonly Waiting[] {
    const now = performance.now();
    return batch.filter((waiting) => {
      const keep = waiting.folded || waiting.until > now;
      if (!keep) answer(waiting, { type: 'dropped' });
      return keep;
    });
  }

  /** Halves a refused batch, in order; a single command is told that it cannot be posted. */
  async function isolate(batch: readonly Waiting[], cause: unknown): Promise<void> {
    const [only] = batch;
    if (only !== undefined && batch.length === 1) {
      const { journalId, operation } = only.command;
      options.log.error({ err: cause, journalId, operation }, 'the database refuses this command');
      only.reject(commonErrors.INTERNAL());
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await settle(batch.slice(0, middle), performance.now());
    await settle(batch.slice(middle), performance.now());
  }

  function giveUp(batch: readonly Waiting[]): void {
    for (const waiting of batch) waiting.reject(commonErrors.UNAVAILABLE());
  }

  function answer(waiting: Waiting | undefined, verdict: Verdict): void {
    metrics.judged(verdict);
    waiting?.resolve(verdict);
  }

  async function attemptBatch(batch: readonly Waiting[]): Promise<void> {
    const live = await connected();
    const hung = setTimeout(live.drop, ATTEMPT_TIMEOUT_MS);
    try {
      await transact(live.client, batch);
    } catch (error) {
      if (failureOf(error) === 'reconnect') live.drop();
      // Behind a failed commit there is no transaction any more, and the server only warns.
      else if (live.usable()) await live.client.query('rollback').catch(live.drop);
      throw error;
    } finally {
      clearTimeout(hung);
    }
  }

  /** One transaction; answers its commands when it is committed. */
  async function transact(client: pg.Client, batch: readonly Waiting[]): Promise<void> {
    const commandsOf = (some: readonly Waiting[]) => some.map((waiting) => waiting.command);
    const { head, state } = await readBatch(client, commandsOf(batch));
    // The wait for the head is over: who is gone by now is not charged.
    const live = dropExpired(batch);
    for (const waiting of live) waiting.folded = true;
    const folded = foldOrFail(state, commandsOf(live), head.now);
    if (folded.journals.length === 0 && folded.refusals.length === 0) {
      await client.query('rollback');
    } else {
      await writeBatch(client, head, folded);
      if (folded.journals.length > 0) options.onPosted();
    }
    for (const [index, verdict] of folded.verdicts.entries()) answer(live[index], verdict);
  }

  async function connected(): Promise<LedgerConnection> {
    if (connection === null || !connection.usable()) connection = await connectLedger(options.databaseUrl);
    return connection;
  }

  return {
    name: 'engine',
    post,
    start: async () => {
      await connected();
    },
    stop: async () => {
      await running;
      if (connection?.usable() === true) await connection.client.end();
    },
    problem: () => (troubled ? 'the database does not take batches' : null),
  };
}

function foldOrFail(state: LedgerState, commands: readonly LedgerCommand[], postedAt: Date): Folded {
  try {
    return foldBatch(state, commands, postedAt);
  } catch (error) {
    throw new FoldFailure('the fold threw', { cause: error });
  }
}
