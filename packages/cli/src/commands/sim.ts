import { type Arguments, wholeNumber } from '../command-line.ts';
import type { ExitCode } from '../exit-codes.ts';
import { ensureGenerated } from '../generate.ts';
import { runSeeds } from '../soaks/sim.ts';

/** Any number does; it is printed, so that what it found can be found again. */
const anySeed = (): number => (Date.now() % 1_000_000) + 1;

export async function run(args: Arguments): Promise<ExitCode> {
  await ensureGenerated();
  return runSeeds({
    first: wholeNumber(args, 'seed', anySeed()),
    count: wholeNumber(args, 'seeds', 1),
    json: args.flag('json'),
    ...(args.flag('trace') ? { onStep: (line: string) => console.error(line) } : {}),
  });
}
