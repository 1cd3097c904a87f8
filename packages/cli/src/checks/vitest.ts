/** Tests of one vitest project, counted one by one. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../paths.ts';
import { type Check, failed, type Outcome } from './check.ts';

export const PROJECTS = ['unit', 'integration', 'older-nats', 'trace', 'e2e'] as const;

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
}

/** @param filters parts of paths; without any, all of the project's files */
export function vitestCheck(project: string, areas: readonly string[], filters: readonly string[] = []): Check {
  return { name: `${project} tests`, areas, run: () => runVitest(project, filters) };
}

async function runVitest(project: string, filters: readonly string[]): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'fanfare-tests-'));
  const report = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await show('vitest', ['run', '--project', project, '--passWithNoTests', ...reporters, ...filters]);
    return countTests(JSON.parse(readFileSync(report, 'utf8')) as Report, code);
  } catch (error) {
    return failed(`vitest gave no report: ${error instanceof Error ? error.message : error}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A run that failed without a failed test (a setup, an unhandled error, a file that does not load) counts as one. */
export function countTests(report: Report, code: number | null): Outcome {
  const broken = code === 0 || report.numFailedTests > 0 ? 0 : Math.max(1, report.numFailedTestSuites);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken,
    skipped: report.numPendingTests + report.numTodoTests,
    detail: '',
  };
}

/** Runs with its output shown as it comes. */
function show(command: string, args: readonly string[]): Promise<number | null> {
  return new Promise((resolve) => {
    const env = { ...process.env, CI: 'true' };
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code));
  });
}
