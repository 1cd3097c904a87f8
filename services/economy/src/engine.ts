/**
 * The posting engine. Concurrent commands ride one transaction instead of waiting for each other's locks:
 *
 *   idle --command--> reading --> folding --> writing --> answered --queue empty--> idle
 *                        ^------------- queue not empty -------'
 *
 * One batch is in flight; what arrives meanwhile is the next one, at most 256 commands. There is no timer: a command
 * that finds the engine idle starts a batch by itself, and under load batches grow until they carry what arrives.
 * Every batch of every replica locks the one ledger_head row first, so any number of replicas is correct.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { commonErrors, type Logger, type Part } from '@fanfare/kit';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Registry } from 'prom-client';
import { BatchRunner, type Timing, type Waiting } from './batch-runner.ts';
import type { LedgerCommand, Verdict } from './command.ts';
import type { LedgerSession } from './ledger-session.ts';
import { ledgerMetrics } from './metrics.ts';

export interface EngineOptions {
  /** Opens a session of the ledger's database: `() => openLedgerSession(url)`. */
  readonly connect: () => Promise<LedgerSession>;
  /** Commands that may wait; one more is refused at once. 4,096 are 16 batches: some 200 ms of work. */
  readonly queueSize: number;
  readonly log: Logger;
  readonly metrics: Registry;
  /** Called after a commit that wrote journals: wakes the outbox relay. Must not throw. */
  readonly onPosted: () => void;
  /** Default: the system's clock and chance. */
  readonly timing?: Timing;
}

export interface Engine extends Part {
  /**
   * Posts one command and resolves to its verdict once that is committed.
   * @param waitMs the command is dropped unless the ledger looks at it within this time; 0: no limit
   * @throws OVERLOADED at once when the queue is full; UNAVAILABLE when the database stays away (the outcome is then
   * unknown, and the same command may be sent again); INTERNAL when this command cannot be posted
   */
  readonly post: (command: LedgerCommand, waitMs: number) => Promise<Verdict>;
}

/** 128 to 1,000 differ by less than a tenth; 256 keeps a batch under 20 ms. */
const MAX_BATCH = 256;

const SYSTEM_TIMING: Timing = {
  monotonic: () => performance.now(),
  delay,
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

export function createEngine(options: EngineOptions): Engine {
  const queue: Waiting[] = [];
  const metrics = ledgerMetrics(options.metrics, () => queue.length);
  const { connect, log, onPosted, timing = SYSTEM_TIMING } = options;
  const runner = new BatchRunner({ connect, timing, log, metrics, onPosted });
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    while (queue.length > 0) {
      const started = timing.monotonic();
      const batch = queue.splice(0, MAX_BATCH);
      await runner.settle(batch);
      metrics.settled(batch.length, (timing.monotonic() - started) / 1000);
    }
    running = null;
  }

  return {
    name: 'engine',
    post: (command, waitMs) => {
      if (queue.length >= options.queueSize) {
        metrics.overloaded();
        return Promise.reject(commonErrors.OVERLOADED());
      }
      const until = waitMs === 0 ? Number.POSITIVE_INFINITY : timing.monotonic() + waitMs;
      return new Promise((resolve, reject) => {
        queue.push({ command, until, folded: false, resolve, reject });
        // In a microtask, so that the commands of one request ride one batch; outside of the trace of whoever came
        // first, because a batch belongs to none of its commands.
        running ??= Promise.resolve().then(() => context.with(ROOT_CONTEXT, run));
      });
    },
    start: () => runner.connect(),
    stop: async () => {
      await running;
      await runner.close();
    },
    // Without work there is nothing to find out by: a replica that was idle since must not stay out of rotation.
    problem: () => (running === null || runner.healthy ? null : 'the database does not take batches'),
  };
}
