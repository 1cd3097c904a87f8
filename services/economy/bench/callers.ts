/** The hot path by number of callers, and both baselines, in turns: the machine has good and bad moments for all. */

import { medianOf, type Percentiles } from '@fanfare/testing/measure';
import type { LedgerCommand } from '../src/ledger/command.ts';
import type { Engine } from '../src/posting/engine.ts';
import { BASELINE_CLIENTS, type Baseline, interactive, type Message, procedure } from './baselines.ts';
import type { BenchContext } from './bench-context.ts';
import { postAccepted } from './ledger-database.ts';
import type { Sample } from './load.ts';

export const CALLERS = [1, 8, 32, 64, 512] as const;
export const ROUNDS = 3;
/** A round: the baselines on both sides of the figure that they are compared with. */
const ROUND = ['1', '8', '32', 'interactive', '64', 'procedure', '512'] as const;

export type Measured = (typeof ROUND)[number];

/** Of all rounds: medians, and the lowest and highest rate. */
export interface Summary {
  readonly giftsPerSecond: number;
  readonly spread: readonly [number, number];
  readonly latencyMs: Percentiles;
  readonly cpuUsPerGift: { readonly node: number; readonly postgres: number | null };
}

export interface CallersOptions {
  readonly bench: BenchContext;
  readonly subjectUrl: string;
  readonly baselineUrl: string;
  readonly engine: Engine;
  readonly next: () => LedgerCommand;
  readonly message: Message;
}

export async function measureCallers(options: CallersOptions): Promise<Readonly<Record<Measured, Summary>>> {
  const { bench, engine, next, subjectUrl, baselineUrl, message } = options;
  const baselines = {
    interactive: await interactive(baselineUrl, message),
    procedure: await procedure(baselineUrl, message),
  };
  const samples = new Map<Measured, Sample[]>(ROUND.map((what) => [what, []]));
  const measureOne = (what: Measured): Promise<Sample> => {
    if (what === 'interactive' || what === 'procedure') return windowOf(bench, baselineUrl, baselines[what], next);
    return bench.window(subjectUrl, Number(what), () => postAccepted(engine, next()));
  };
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const what of ROUND) {
        const measured = await measureOne(what);
        samples.get(what)?.push(measured);
        bench.report(`round ${round} of ${ROUNDS}: ${nameOf(what)} ${Math.round(measured.giftsPerSecond)} gifts/s`);
      }
    }
  } finally {
    await Promise.all(Object.values(baselines).map((baseline) => baseline.close()));
  }
  return Object.fromEntries(ROUND.map((what) => [what, summaryOf(samples.get(what) ?? [])])) as Record<
    Measured,
    Summary
  >;
}

const windowOf = (
  bench: BenchContext,
  databaseUrl: string,
  baseline: Baseline,
  next: () => LedgerCommand,
): Promise<Sample> => bench.window(databaseUrl, BASELINE_CLIENTS, (client) => baseline.post(client, next()));

const nameOf = (what: Measured): string => {
  if (what === 'interactive' || what === 'procedure') return `baseline ${what}`;
  return what === '1' ? '1 caller' : `${what} callers`;
};

export function summaryOf(samples: readonly Sample[]): Summary {
  const rates = samples.map((each) => each.giftsPerSecond);
  const median = (value: (each: Sample) => number): number => medianOf(samples.map(value));
  const ofServer = samples.flatMap(({ cpuUsPerGift: { postgres } }) => (postgres === null ? [] : [postgres]));
  return {
    giftsPerSecond: medianOf(rates),
    spread: [Math.min(...rates), Math.max(...rates)],
    latencyMs: {
      p50: median((each) => each.latencyMs.p50),
      p95: median((each) => each.latencyMs.p95),
      p99: median((each) => each.latencyMs.p99),
    },
    cpuUsPerGift: {
      node: median((each) => each.cpuUsPerGift.node),
      postgres: ofServer.length === 0 ? null : medianOf(ofServer),
    },
  };
}
