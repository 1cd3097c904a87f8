/** `./fanfare soak bus`: relays and servers die while events are announced; none may be lost, doubled or reordered. */
import { soakBus } from '@fanfare/messaging/soak';
import { type Arguments, wholeNumber } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

/** Measure 15 wants NATS away for a minute. */
const NATS_AWAY_MS = 60_000;
const DEFAULT_SECONDS = 300;

export async function run(args: Arguments): Promise<ExitCode> {
  const seed = wholeNumber(args, 'seed', Date.now() % 1_000_000);
  const seconds = wholeNumber(args, 'seconds', DEFAULT_SECONDS);
  const report = (line: string): void => console.error(line);
  report(`seed ${seed}, ${seconds} s`);
  const result = await soakBus({ seed, seconds, awayMs: NATS_AWAY_MS, report });
  if (args.flag('json')) console.log(JSON.stringify({ seed, ...result }));
  else
    for (const line of [`${result.events} events, ${JSON.stringify(result.faults)}`, ...result.problems])
      console.log(line);
  return result.ok ? EXIT.ok : EXIT.failed;
}
