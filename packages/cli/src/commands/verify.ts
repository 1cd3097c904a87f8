import type { Arguments } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { dataFolder } from '../paths.ts';
import { dataFolderAt } from '../platform/data-folder.ts';
import { runningDatabase } from '../platform/running-database.ts';
import { progressBar } from '../progress-bar.ts';

/** Rebuilds the ledger from its entries, beside the running platform. A broken ledger is exit code 1, none 3. */
export async function run(args: Arguments): Promise<ExitCode> {
  const folder = dataFolderAt(dataFolder(args.text('data-dir')));
  const databaseUrl = runningDatabase(folder, 'economy');
  if (databaseUrl === undefined) {
    const firstProblem = `nothing runs in ${folder.path}; start it with "fanfare up"`;
    if (args.flag('json')) console.log(JSON.stringify({ ok: false, journals: 0, entries: 0, firstProblem }));
    console.error(`fanfare: ${firstProblem}`);
    return EXIT.notReady;
  }
  const { verifyLedger } = await import('@fanfare/economy/verify');
  const bar = progressBar();
  const onProgress = (done: number, total: number): void => bar('verify', done, total);
  const { ok, journals, entries, firstProblem } = await verifyLedger({ databaseUrl, onProgress });
  // What ends before the bar is full leaves its line open.
  if (process.stderr.isTTY && !ok) process.stderr.write('\n');
  if (args.flag('json')) console.log(JSON.stringify({ ok, journals, entries, firstProblem }));
  else
    console.log(`${ok ? 'the ledger is sound' : `broken: ${firstProblem}`} (${journals} journals, ${entries} entries)`);
  return ok ? EXIT.ok : EXIT.failed;
}
