/** `./fanfare bench edge`: what the fan-out costs, what a connection weighs, and what becomes of slow and lost ones. */
import { benchEdge, EDGE_PARTS, type EdgePart } from '@fanfare/gateway/bench-edge';
import { type Arguments, wholeNumber } from '../command-line.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { tableOf } from './edge-table.ts';
import { rounded } from './figures.ts';

/** Five loads of three systems, three rounds: two and a half minutes. */
const DEFAULT_SECONDS = 2;
/** One process may have 20,000 descriptors. */
const DEFAULT_CONNECTIONS = 15_000;
const DEFAULT_CYCLES = 100_000;

export async function run(args: Arguments): Promise<ExitCode> {
  const result = await benchEdge({
    seconds: wholeNumber(args, 'seconds', DEFAULT_SECONDS),
    connections: wholeNumber(args, 'connections', DEFAULT_CONNECTIONS),
    cycles: wholeNumber(args, 'cycles', DEFAULT_CYCLES),
    parts: partsOf(args.text('only')),
    report: (line) => console.error(line),
  });
  console.log(args.flag('json') ? JSON.stringify(result, rounded) : tableOf(result));
  return result.problems.length === 0 ? EXIT.ok : EXIT.failed;
}

function partsOf(only: string | undefined): ReadonlySet<EdgePart> {
  if (only === undefined) return new Set(EDGE_PARTS);
  const parts = new Set(only.split(','));
  const unknown = [...parts].find((part) => !EDGE_PARTS.includes(part as EdgePart));
  if (unknown !== undefined) throw new UsageError(`--only is some of ${EDGE_PARTS.join(',')}`);
  return parts as Set<EdgePart>;
}
