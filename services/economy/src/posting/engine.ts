/**
 * The posting engine. Concurrent commands ride one transaction instead of waiting for each other's locks. There are two
 * ways for a batch, and both are the same rules (fold.ts) and the same rows (batch-write.ts):
 *
 *   reading first   read behind the head's lock -> fold -> write     batch-runner.ts, two round trips, always possible
 *   ahead           fold on what is known -> check and write         batch-ahead.ts, one, and two batches at a time
 *
 * What arrives while batches are on their way is the next one, at most 256 commands. There is no timer: a command that
 * finds the engine idle is a batch by itself, and under load batches grow until they carry what arrives. Every batch of
 * every replica locks the one ledger_head row first, so any number of replicas is correct.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { commonErrors, type Logger, type Part } from '@fanfare/kit';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Registry } from 'prom-client';
import type { LedgerCommand, Verdict } from '../ledger/command.ts';
import { BatchAhead } from './batch-ahead.ts';
import { BatchRunner, type Timing, type Waiting } from './batch-runner.ts';
import type { LedgerSession } from './ledger-session.ts';
import { ledgerMetrics } from './metrics.ts';
import { Mirror } from './mirror.ts';

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
  const mirror = new Mirror();
  const runner = new BatchRunner({ connect, mirror, timing, log, metrics, onPosted });
  const ahead = new BatchAhead(runner, mirror, timing, metrics);
  // Always the same: taking its stack anew would cost more than the refusal, just when there is no time.
  const overloaded = commonErrors.OVERLOADED();
  /** Resolves when the next command arrives. */
  let arrival = Promise.withResolvers<void>();
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    while (queue.length > 0 || ahead.isFlying) {
      if (queue.length === 0 || ahead.isFull) await ahead.land(ahead.isFull ? null : arrival.promise);
      else await postNext(queue.splice(0, ahead.shareOf(queue.length)));
    }
    running = null;
  }

  async function postNext(batch: readonly Waiting[]): Promise<void> {
    const started = timing.monotonic();
    const unread = await ahead.launch(batch);
    if (unread.length === 0) return;
    await ahead.landAll();
    await runner.settle(unread);
    metrics.settled(unread.length, (timing.monotonic() - started) / 1000);
  }

  function arrive(waiting: Waiting): void {
    queue.push(waiting);
    arrival.resolve();
    arrival = Promise.withResolvers();
    // In a microtask, so that the commands of one request ride one batch; outside of the trace of whoever came first,
    // because a batch belongs to none of its commands.
    running ??= Promise.resolve().then(() => context.with(ROOT_CONTEXT, run));
  }

  return {
    name: 'engine',
    post: (command, waitMs) => {
      if (queue.length >= options.queueSize) {
        metrics.overloaded();
        return Promise.reject(overloaded);
      }
      const until = waitMs === 0 ? Number.POSITIVE_INFINITY : timing.monotonic() + waitMs;
      return new Promise((resolve, reject) => {
        arrive({ command, until, folded: false, mayBePosted: false, resolve, reject });
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
