/**
 * `./fanfare soak sim`: ten thousand seeds of the economy's simulation. `./fanfare sim` runs chosen ones. A failing seed
 * fails in the same way whenever and wherever it is run.
 */
import type { SimResult } from '@fanfare/economy/sim';
import { type Arguments, wholeNumber } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

const SOAK_SEEDS = 10_000;
/** Of that many failing seeds one learns as much as of all. */
const MOST_FAILURES = 5;
const PROGRESS_MS = 5000;
const PROBLEMS_SHOWN = 20;

export interface SeedRange {
  readonly first: number;
  readonly count: number;
  readonly json: boolean;
  /** Told every line of the traces. */
  readonly onStep?: (line: string) => void;
}

export const run = (args: Arguments): Promise<ExitCode> =>
  runSeeds({
    first: wholeNumber(args, 'seed', 1),
    count: wholeNumber(args, 'rounds', SOAK_SEEDS),
    json: args.flag('json'),
  });

/** Runs the seeds one after the other and tells of the first five that fail. */
export async function runSeeds({ first, count, json, onStep }: SeedRange): Promise<ExitCode> {
  const { simulate } = await import('@fanfare/economy/sim');
  const total = { seeds: 0, steps: 0, commands: 0, journals: 0, refusals: 0, events: 0 };
  const failures: SimResult[] = [];
  const progress = progressOf(count, () => `${total.seeds} of ${count} seeds, ${failures.length} failed`);
  console.error(count === 1 ? `seed ${first}` : `seeds ${first} to ${first + count - 1}`);
  for (let seed = first; seed < first + count && failures.length < MOST_FAILURES; seed += 1) {
    const result = await simulate(seed, onStep);
    total.seeds += 1;
    for (const key of ['steps', 'commands', 'journals', 'refusals', 'events'] as const) total[key] += result[key];
    if (!result.ok) failures.push(result);
    tell(result, count === 1);
    progress();
  }
  if (json) console.log(JSON.stringify({ ok: failures.length === 0, first, ...total, failures: failures.map(brief) }));
  else console.log(`${failures.length} of ${total.seeds} seeds failed; ${inWords(total)}`);
  return failures.length === 0 ? EXIT.ok : EXIT.failed;
}

function tell(result: SimResult, alone: boolean): void {
  if (!result.ok) explain(result);
  if (alone) console.error(`trace ${result.traceHash}, ${result.virtualMs} virtual ms`);
}

/** @returns what to call after every seed; it tells now and then how far it is */
function progressOf(count: number, line: () => string): () => void {
  let told = performance.now();
  return () => {
    if (count === 1 || performance.now() - told < PROGRESS_MS) return;
    told = performance.now();
    console.error(line());
  };
}

const inWords = ({ seeds: _seeds, ...counts }: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');

const brief = ({ seed, traceHash, problems }: SimResult) => ({
  seed,
  traceHash,
  problems: problems.slice(0, PROBLEMS_SHOWN),
});

function explain({ seed, traceHash, problems, tail }: SimResult): void {
  console.error(`\nseed ${seed} failed (trace ${traceHash}):`);
  for (const problem of problems.slice(0, PROBLEMS_SHOWN)) console.error(`  ${problem}`);
  console.error('its last steps:');
  for (const line of tail) console.error(`  ${line}`);
  console.error(`run it again: ./fanfare sim --seed ${seed} (--trace prints every step)\n`);
}
