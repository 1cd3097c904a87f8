/** The house rules on the whole repository, against a baseline that may only shrink. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths.ts';
import { expectNone, type Outcome } from './check.ts';
import { runProgram } from './run-program.ts';
import { namesRegistry, type Problem, tidySource } from './tidy-rules.ts';

/** Problems that were there when a rule came, by key with their size. */
type Baseline = Readonly<Record<string, number>>;

const BASELINE = join(ROOT, 'packages/cli/tidy-baseline.json');
const SOURCE = /^(packages|services|deploy)\/.*\.ts$/;

/** New and grown problems, and those that the baseline no longer needs to allow. */
export function ratchet(problems: readonly Problem[], baseline: Baseline): readonly string[] {
  const worst = new Map<string, Problem>();
  for (const problem of problems) {
    if (problem.size >= (worst.get(problem.key)?.size ?? 0)) worst.set(problem.key, problem);
  }
  const grown = [...worst.values()].filter(({ key, size }) => size > (baseline[key] ?? 0)).map(({ text }) => text);
  const loose = Object.entries(baseline).flatMap(([key, allowed]) => {
    const size = worst.get(key)?.size;
    if (size === undefined) return [`${key}: now fine, remove it from the baseline`];
    return size < allowed ? [`${key}: now ${size}, lower it from ${allowed} in the baseline`] : [];
  });
  return [...grown, ...loose];
}

/** Tracked and new files; what is ignored is not ours to judge. */
async function repositoryFiles(): Promise<readonly string[]> {
  const args = ['-c', `safe.directory=${ROOT}`, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { code, stdout, output } = await runProgram('git', args);
  if (code !== 0) throw new Error(`git ls-files failed: ${output}`);
  return stdout.split('\0').filter((file) => file !== '' && existsSync(join(ROOT, file)));
}

export async function checkTidy(): Promise<Outcome> {
  const baseline = JSON.parse(readFileSync(BASELINE, 'utf8')) as Baseline;
  const problems = (await repositoryFiles()).flatMap((path): readonly Problem[] => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const registry = { key: `${path} registry`, size: 1, text: `${path} names a package registry` };
    return [...(SOURCE.test(path) ? tidySource(path, text) : []), ...(namesRegistry(text) ? [registry] : [])];
  });
  return expectNone(ratchet(problems, baseline));
}
