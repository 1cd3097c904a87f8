import type { Arguments } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { dataFolder } from '../paths.ts';
import { dataFolderAt } from '../platform/data-folder.ts';
import { runningDatabase } from '../platform/running-database.ts';

const BAR_WIDTH = 30;

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
  const { ok, journals, entries, firstProblem } = await verifyLedger({ databaseUrl, onProgress: showProgress });
  if (process.stderr.isTTY) process.stderr.write('\n');
  if (args.flag('json')) console.log(JSON.stringify({ ok, journals, entries, firstProblem }));
  else
    console.log(`${ok ? 'the ledger is sound' : `broken: ${firstProblem}`} (${journals} journals, ${entries} entries)`);
  return ok ? EXIT.ok : EXIT.failed;
}

function showProgress(done: number, total: number): void {
  if (!process.stderr.isTTY || total === 0) return;
  const filled = Math.round((BAR_WIDTH * done) / total);
  process.stderr.write(`\r[${'#'.repeat(filled).padEnd(BAR_WIDTH)}] ${done} of ${total}`);
}
