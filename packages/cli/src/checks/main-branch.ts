/** What the main branch has, to compare with. */
import { ROOT } from '../paths.ts';
import { type Finished, runProgram } from './run-program.ts';

// A checkout may belong to another user than the one who tests it.
export const git = (...args: string[]): Promise<Finished> =>
  runProgram('git', ['-c', `safe.directory=${ROOT}`, ...args]);

/** The commit to compare with: main, or on main itself the commit before. */
export async function baseline(): Promise<string | undefined> {
  const commitOf = async (ref: string): Promise<string | undefined> => {
    const { code, stdout } = await git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`);
    return code === 0 ? stdout.trim() : undefined;
  };
  const head = await commitOf('HEAD');
  const main = (await commitOf('origin/main')) ?? (await commitOf('main'));
  return main === head ? commitOf('HEAD^') : main;
}
