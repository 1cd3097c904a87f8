/**
 * `./fanfare bench ledger`: how many gifts the ledger posts, how fast, at what cost, and against what. All of it on a
 * private PostgreSQL server that waits for the disk, in databases with the service's own migrations.
 */
import { type Hardware, hardwareOf, type Percentiles } from '@fanfare/testing/measure';
import pg from 'pg';
import type { LedgerCommand } from '../src/ledger/command.ts';
import type { Message } from './baselines.ts';
import { type BenchContext, openBench } from './bench-context.ts';
import { CALLERS, type Measured, measureCallers, type Summary } from './callers.ts';
import { giftSource } from './gifts.ts';
import { type Growth, measureGrowth, prove } from './growth.ts';
import { createLedger, fund, openEngine } from './ledger-database.ts';
import { measureOverload, type Overload } from './overload.ts';
import { measureProcesses } from './processes.ts';

export interface LedgerBenchOptions {
  /** Of each measured window; there are some fifty. */
  readonly seconds: number;
  /** The last step of growth; 0: none. */
  readonly entries: number;
  readonly report: (line: string) => void;
  /** Of what takes minutes: `build`, `verify`. */
  readonly onProgress: (what: string, done: number, total: number) => void;
}

type ByCallers<T> = Readonly<Record<string, T>>;
type Baselines<T> = Readonly<Record<'interactive' | 'procedure', T>>;
type Cpu = { readonly node: number; readonly postgres: number | null };

/** Rates in gifts a second, medians of three rounds; `spread` has the lowest and highest. */
export interface LedgerBench {
  readonly hardware: Hardware;
  readonly method: readonly string[];
  readonly gifts_per_second: ByCallers<number>;
  readonly latency_ms: ByCallers<Percentiles>;
  readonly baseline: Baselines<number>;
  readonly baseline_latency_ms: Baselines<Percentiles>;
  readonly ratio_to_interactive: number;
  readonly ratio_to_procedure: number;
  readonly spread: ByCallers<readonly [number, number]>;
  readonly overload: Overload;
  readonly processes: Readonly<Record<string, number>>;
  /** At 64 callers; `callers` is the part of `node` that making a command takes; then by callers and of the baselines. */
  readonly cpu_us_per_gift: Cpu & {
    readonly callers: number;
    readonly by_callers: ByCallers<Cpu>;
    readonly baseline: Baselines<Cpu>;
  };
  readonly zero_sum: boolean;
  readonly first_problem: string | null;
  readonly growth: Growth | null;
}

/** What is and what is not in the figures. */
const METHOD = [
  'one gift: one journal, 4 legs in COIN and DIAMOND, one outbox row, context and intent as gifting sends them, a fresh id',
  '10,000 senders, 100 receivers (Zipf 1.2), every tenth paid through one of 10 agencies, one platform account in every gift',
  'callers in the process of the engine, each sends when the last was answered; rates and percentiles are medians of 3 rounds, in turns with the baselines',
  'baselines: 16 clients, prepared statements, the same tables, constraints and triggers; no hash chain, no gapless event ids, a ready-made event',
  'no relay runs: the outbox is emptied between the windows; gRPC is not included',
  'CPU of node: the whole process, and so the callers too (what making a command takes is told apart); of PostgreSQL: all of its processes, WAL writer, checkpointer and autovacuum included',
];

export async function benchLedger(options: LedgerBenchOptions): Promise<LedgerBench> {
  await using opened = new AsyncDisposableStack();
  const bench = await openBench(opened, options.seconds, options.report);
  const hardware = await hardwareOf(bench.admin);
  const next = giftSource(1);
  const [subjectUrl, baselineUrl] = [await fundedLedger(bench, 'subject'), await fundedLedger(bench, 'baseline')];
  const message = await messageIn(subjectUrl);
  const ledger = await openEngine(subjectUrl);
  opened.defer(ledger.stop);
  const { engine } = ledger;

  const callers = await measureCallers({ bench, subjectUrl, baselineUrl, engine, next, message });
  const making = cpuUsToMake(next);
  const peak = Math.max(...CALLERS.map((count) => callers[`${count}`].giftsPerSecond));
  bench.report('four times as much as that');
  const overload = await measureOverload({ ledger, next, admin: bench.admin, seconds: options.seconds * 2, peak });
  const processes = await measureProcesses(bench, subjectUrl);
  bench.report('verifying what was posted');
  const proof = await prove(subjectUrl, (done, all) => options.onProgress('verify', done, all));
  const { entries, onProgress } = options;
  const growth = entries === 0 ? null : await measureGrowth({ bench, next, entries, onProgress });
  return {
    hardware,
    method: METHOD,
    ...figuresOf(callers, making),
    overload,
    processes: Object.fromEntries([...processes].map(([count, rate]) => [`${count}`, Math.round(rate)])),
    zero_sum: proof.zeroSum && (growth?.zero_sum ?? true),
    first_problem: proof.firstProblem ?? growth?.first_problem ?? null,
    growth,
  };
}

function figuresOf(measured: Readonly<Record<Measured, Summary>>, making: number) {
  const byCallers = <T>(value: (summary: Summary) => T): ByCallers<T> =>
    Object.fromEntries(CALLERS.map((count) => [`${count}`, value(measured[`${count}`])]));
  const ofBaselines = <T>(value: (summary: Summary) => T): Baselines<T> => ({
    interactive: value(measured.interactive),
    procedure: value(measured.procedure),
  });
  const rate = ({ giftsPerSecond }: Summary): number => Math.round(giftsPerSecond);
  const baseline = ofBaselines(rate);
  const hot = measured['64'];
  const spread = (['interactive', 'procedure'] as const).map((what) => [what, measured[what].spread.map(Math.round)]);
  return {
    gifts_per_second: byCallers(rate),
    latency_ms: byCallers((each) => each.latencyMs),
    baseline,
    baseline_latency_ms: ofBaselines((each) => each.latencyMs),
    ratio_to_interactive: hot.giftsPerSecond / measured.interactive.giftsPerSecond,
    ratio_to_procedure: hot.giftsPerSecond / measured.procedure.giftsPerSecond,
    spread: { ...byCallers((each) => each.spread), ...Object.fromEntries(spread) },
    cpu_us_per_gift: {
      ...hot.cpuUsPerGift,
      callers: making,
      by_callers: byCallers((each) => each.cpuUsPerGift),
      baseline: ofBaselines((each) => each.cpuUsPerGift),
    },
  };
}

/** Microseconds for each command. */
function cpuUsToMake(next: () => LedgerCommand): number {
  const commands = 100_000;
  const before = process.cpuUsage();
  for (let made = 0; made < commands; made += 1) next();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / commands;
}

/** With every account open, and statistics about them: the baselines' plans depend on these. */
async function fundedLedger(bench: BenchContext, name: string): Promise<string> {
  const databaseUrl = await createLedger(bench.serverUrl, name);
  const { engine, stop } = await openEngine(databaseUrl);
  await fund(engine).finally(stop);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('vacuum analyze accounts, journals, entries').finally(() => client.end());
  return databaseUrl;
}

/** The event of a gift, as the engine has just written it. */
async function messageIn(databaseUrl: string): Promise<Message> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client
    .query<Message>('select headers, payload from platform.outbox order by id desc limit 1')
    .finally(() => client.end());
  const [message] = rows;
  if (message === undefined) throw new Error('the engine has announced nothing');
  return message;
}
