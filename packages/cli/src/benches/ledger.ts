/** `./fanfare bench ledger`: what the ledger does in a second, against what, and whether it stays so as it grows. */
import { benchLedger, type LedgerBench } from '@fanfare/economy/bench';
import { type Arguments, wholeNumber } from '../command-line.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { progressBar } from '../progress-bar.ts';
import { rounded } from './figures.ts';
import { tableOf } from './ledger-table.ts';

/** Some fifty windows of this length, beside two to four minutes for growth: six minutes in all. */
const DEFAULT_SECONDS = 2;
const DEFAULT_ENTRIES = 10_000_000;

export async function run(args: Arguments): Promise<ExitCode> {
  const seconds = wholeNumber(args, 'seconds', DEFAULT_SECONDS);
  const entries = wholeNumber(args, 'entries', DEFAULT_ENTRIES, 0);
  if (entries > 0 && entries < 100_000) throw new UsageError('--entries is 0, or 100,000 or more');
  const report = (line: string): void => console.error(line);
  const result: LedgerBench = await benchLedger({ seconds, entries, report, onProgress: progressBar() });
  console.log(args.flag('json') ? JSON.stringify(result, rounded) : tableOf(result));
  return result.zero_sum ? EXIT.ok : EXIT.failed;
}
