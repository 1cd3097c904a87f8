/** The documents in `api/`: whether strangers can read them, and whether their clients still work. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncApiChanges } from '../contract/async-api-changes.ts';
import { openApiChanges } from '../contract/open-api-changes.ts';
import type { Json } from '../contract/schema-changes.ts';
import { ROOT } from '../paths.ts';
import { expectNone, failed, type Outcome, passed, skipped } from './check.ts';
import { baseline, git } from './main-branch.ts';
import { runProgram } from './run-program.ts';

/** AsyncAPI is judged by its official schema, in a test of the gateway. */
export async function checkOpenApi(): Promise<Outcome> {
  const args = ['lint', '--config', 'api/redocly.yaml', 'api/openapi.json'];
  const offline = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const { code, output } = await runProgram('redocly', args, offline);
  return code === 0 ? passed() : failed(output.trim());
}

const COMPARED = [
  ['api/openapi.json', openApiChanges],
  ['api/asyncapi.json', asyncApiChanges],
] as const;

/** Whether a client that was made from the main branch's documents still works. */
export async function checkPublicBreaking(): Promise<Outcome> {
  const base = await baseline();
  if (base === undefined) return skipped('there is no earlier commit to compare with');
  const problems: string[] = [];
  for (const [path, changesOf] of COMPARED) {
    const earlier = await git('show', `${base}:${path}`);
    if (earlier.code !== 0) return skipped(`${base.slice(0, 12)} has no ${path}`);
    const now = readFileSync(join(ROOT, path), 'utf8');
    problems.push(...changesOf(JSON.parse(earlier.stdout) as Json, JSON.parse(now) as Json));
  }
  return expectNone(problems);
}
