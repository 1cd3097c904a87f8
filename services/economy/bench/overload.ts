/** Four times as many gifts as the ledger can take, by people who do not wait for each other. */
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@fanfare/kit';
import { percentilesOf } from '@fanfare/testing/measure';
import type pg from 'pg';
import type { LedgerCommand } from '../src/ledger/command.ts';
import type { OpenEngine } from './ledger-database.ts';

export interface OverloadOptions {
  readonly ledger: OpenEngine;
  readonly next: () => LedgerCommand;
  readonly admin: pg.Client;
  readonly seconds: number;
  /** Gifts a second that one engine does at its best. */
  readonly peak: number;
}

export interface Overload {
  readonly offered_per_second: number;
  readonly accepted_per_second: number;
  readonly share_of_peak: number;
  readonly refused: number;
  /** From the call to its refusal. */
  readonly refused_within_ms_p99: number;
  readonly accepted_within_ms_p99: number;
  /** To the whole server: before, and at most meanwhile. */
  readonly connections_before: number;
  readonly connections: number;
  /** Commands that wait for a batch, at most. */
  readonly max_queue: number;
}

const TIMES_PEAK = 4;
const SAMPLE_EVERY_MS = 50;
const SMALL_BURST = 32;

/** Arrivals are due by the clock, whatever became of those before. @throws when a gift meets anything but OVERLOADED */
export async function measureOverload({ ledger, next, admin, seconds, peak }: OverloadOptions): Promise<Overload> {
  const outcome = { accepted: [] as number[], refused: [] as number[], failures: [] as unknown[], open: 0 };
  const offer = (): void => {
    const sent = performance.now();
    outcome.open += 1;
    const answered = (latencies: number[]): void => {
      outcome.open -= 1;
      latencies.push(performance.now() - sent);
    };
    ledger.engine.post(next(), 0).then(
      () => answered(outcome.accepted),
      (error: unknown) => {
        if (!(error instanceof AppError && error.reason === 'OVERLOADED')) outcome.failures.push(error);
        answered(outcome.refused);
      },
    );
  };
  const before = await connectionsOf(admin);
  const watch = watchLoad(ledger, admin);
  const started = performance.now();
  const until = started + seconds * 1000;
  let offered = 0;
  for (let now = started; now < until; now = performance.now()) {
    const due = Math.floor(((now - started) / 1000) * peak * TIMES_PEAK);
    for (; offered < due; offered += 1) {
      offer();
      // Lets refusals arrive where many are due at once; separate callers would not wait for each other either.
      if (offered % SMALL_BURST === 0) await Promise.resolve();
    }
    await delay(1);
  }
  while (outcome.open > 0) await delay(1);
  // What was accepted was waited for, so its time ends with the last answer.
  const elapsed = (performance.now() - started) / 1000;
  const { connections, maxQueue } = await watch.stop();
  const { accepted, refused, failures } = outcome;
  if (failures.length > 0) throw failures[0];
  const acceptedPerSecond = accepted.length / elapsed;
  return {
    offered_per_second: Math.round(offered / seconds),
    accepted_per_second: Math.round(acceptedPerSecond),
    share_of_peak: acceptedPerSecond / peak,
    refused: refused.length,
    refused_within_ms_p99: percentilesOf(refused).p99,
    accepted_within_ms_p99: percentilesOf(accepted).p99,
    connections_before: before,
    connections,
    max_queue: maxQueue,
  };
}

function watchLoad(ledger: OpenEngine, admin: pg.Client) {
  let watching = true;
  let [connections, maxQueue] = [0, 0];
  const watched = (async () => {
    while (watching) {
      maxQueue = Math.max(maxQueue, await queueOf(ledger));
      connections = Math.max(connections, await connectionsOf(admin));
      await delay(SAMPLE_EVERY_MS);
    }
  })();
  return {
    stop: async () => {
      watching = false;
      await watched;
      return { connections, maxQueue };
    },
  };
}

/** As the service's own metrics tell it. */
async function queueOf({ metrics }: OpenEngine): Promise<number> {
  const gauge = await metrics.getSingleMetric('fanfare_ledger_queue_commands')?.get();
  return gauge?.values[0]?.value ?? 0;
}

async function connectionsOf(admin: pg.Client): Promise<number> {
  const { rows } = await admin.query<{ count: string }>(
    `select count(*) from pg_stat_activity where backend_type = 'client backend'`,
  );
  return Number(rows[0]?.count);
}
