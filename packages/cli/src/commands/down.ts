import type { Arguments } from '../command-line.ts';
import { EXIT, type ExitCode, Failure } from '../exit-codes.ts';
import { dataFolder } from '../paths.ts';
import { currentSupervisor, dataFolderAt, readState } from '../platform/data-folder.ts';
import { isAlive, untilGone } from '../platform/process-identity.ts';

/** Services drain for up to 10 s, and servers write what they have. */
const STOP_TIMEOUT_MS = 60_000;

/** Stopping what does not run is no error: the wish is fulfilled. */
export async function run(args: Arguments): Promise<ExitCode> {
  const folder = dataFolderAt(dataFolder(args.text('data-dir')));
  const supervisor = currentSupervisor(folder);
  if (supervisor === undefined) {
    // A killed supervisor's processes were told to stop by the kernel where it can; elsewhere we do it.
    const left = (readState(folder)?.processes ?? []).filter(isAlive);
    for (const { pid } of left) process.kill(pid, 'SIGTERM');
    await untilGone(left, STOP_TIMEOUT_MS);
    console.error(`fanfare: nothing runs in ${folder.path}`);
    return EXIT.ok;
  }
  process.kill(supervisor.pid, 'SIGTERM');
  const left = await untilGone([supervisor], STOP_TIMEOUT_MS);
  if (left.length > 0)
    throw new Failure(`process ${supervisor.pid} is still stopping after ${STOP_TIMEOUT_MS / 1000} s`);
  console.error('fanfare: stopped');
  return EXIT.ok;
}
