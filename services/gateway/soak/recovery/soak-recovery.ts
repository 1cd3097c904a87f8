/**
 * The long proof of recovery, in two parts.
 *
 *   1. Runs: short ones, each decided by the seed and its number, on fleets of two gateways. Whatever is killed,
 *      trimmed, recreated or set back, every viewer is shown each message once and in order, or is told of a loss.
 *   2. Order: three gateways of which the one that translates is killed or stopped, see order.ts.
 */
import { type OrderResult, soakOrder } from './order.ts';
import { type Fault, planOf, profileOf, RUNS_PER_FLEET } from './plan.ts';
import { type RunResult, runPlan } from './run.ts';
import { openWorld, type World } from './world.ts';

export interface RecoveryOptions {
  readonly seed: number;
  /** The first run; a failing one is run again by its number. */
  readonly firstRun: number;
  readonly runs: number;
  /** Of the second part; 0 leaves it out. */
  readonly orderSeconds: number;
  /** How long a takeover may be silent. */
  readonly silenceLimitMs: number;
  /** Told what happens, a line at a time. */
  readonly report: (line: string) => void;
}

type Faults = Partial<Record<Fault['kind'], number>>;
type Counts = Omit<RunResult, 'problems' | 'faults'>;

export interface FailedRun {
  readonly run: number;
  readonly problems: readonly string[];
}

export interface RecoveryResult {
  readonly ok: boolean;
  readonly runs: number;
  readonly seconds: number;
  readonly faults: Readonly<Faults>;
  readonly counts: Counts;
  /** The first five. */
  readonly failures: readonly FailedRun[];
  readonly order: OrderResult | null;
}

/** Of that many one learns as much as of all. */
const FAILURES_MOST = 5;
const PROBLEMS_SHOWN = 10;

/** Leaves nothing behind. @throws when a fleet does not start */
export async function soakRecovery(options: RecoveryOptions): Promise<RecoveryResult> {
  const { seed, orderSeconds, silenceLimitMs, report } = options;
  const began = performance.now();
  const done = await soakRuns(options);
  const order = orderSeconds === 0 ? null : await soakOrder({ seed, seconds: orderSeconds, silenceLimitMs, report });
  const seconds = Math.round((performance.now() - began) / 1000);
  return { ok: done.failures.length === 0 && order?.ok !== false, seconds, ...done, order };
}

async function soakRuns(
  options: RecoveryOptions,
): Promise<Pick<RecoveryResult, 'runs' | 'faults' | 'counts' | 'failures'>> {
  const { seed, firstRun, report } = options;
  const began = performance.now();
  const counts = { messages: 0, shown: 0, recovered: 0, notRecovered: 0, resyncs: 0 };
  const faults: Faults = {};
  const failures: FailedRun[] = [];
  let runs = 0;
  let world: World | null = null;
  try {
    for (let run = firstRun; run < firstRun + options.runs && failures.length < FAILURES_MOST; run += 1) {
      if (world === null || run % RUNS_PER_FLEET === 0) {
        await world?.stop();
        world = await openWorld(profileOf(run));
      }
      const result = await runPlan(world, planOf(seed, run));
      const problems = result.problems.slice(0, PROBLEMS_SHOWN);
      runs += 1;
      add(counts, faults, result);
      if (problems.length > 0) {
        failures.push({ run, problems });
        report(`run ${run} failed; again: ./fanfare soak recovery --seed ${seed} --run ${run}`);
        for (const problem of problems) report(`  ${problem}`);
      } else if (runs % RUNS_PER_FLEET === 0) {
        report(`${runs} of ${options.runs} runs, ${Math.round((performance.now() - began) / 1000)} s`);
      }
    }
  } finally {
    await world?.stop();
  }
  return { runs, faults, counts, failures };
}

function add(counts: Record<keyof Counts, number>, faults: Faults, result: RunResult): void {
  for (const key of Object.keys(counts) as (keyof Counts)[]) counts[key] += result[key];
  for (const [kind, count] of Object.entries(result.faults) as [Fault['kind'], number][]) {
    faults[kind] = (faults[kind] ?? 0) + count;
  }
}
