/** `./fanfare bench bus`: how fast committed events get out and arrive, at what cost, and against what. */
import { benchBus } from '@fanfare/messaging/bench';
import { type Arguments, wholeNumber } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { tableOf } from './bus-table.ts';
import { rounded } from './figures.ts';

/** Nine windows of this length at most, beside three drains: three quarters of a minute in all. */
const DEFAULT_SECONDS = 3;
const DEFAULT_EVENTS = 50_000;

export async function run(args: Arguments): Promise<ExitCode> {
  const result = await benchBus({
    events: wholeNumber(args, 'events', DEFAULT_EVENTS),
    seconds: wholeNumber(args, 'seconds', DEFAULT_SECONDS),
    report: (line) => console.error(line),
  });
  console.log(args.flag('json') ? JSON.stringify(result, rounded) : tableOf(result));
  return EXIT.ok;
}
