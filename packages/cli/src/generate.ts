/** Generated code follows its sources: protos, Prisma schemas, and the public documents. Made again when one of them has changed. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exclusively } from './exclusive.ts';
import { Failure } from './exit-codes.ts';
import { ROOT } from './paths.ts';

const STAMP = join(ROOT, 'node_modules/.fanfare-generated');
const SOURCES = [
  'proto/**/*.{proto,yaml}',
  'packages/contracts/{scripts/*,src/described.ts}',
  'services/*/prisma/schema.prisma',
  'api/*.json',
  'packages/client/scripts/*',
];

function hashOfSources(): string {
  const hash = createHash('sha256');
  const files = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).sort();
  for (const file of files) hash.update(file).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

function isUpToDate(hash: string): boolean {
  const schemas = globSync('services/*/prisma/schema.prisma', { cwd: ROOT });
  const outputs = [
    'packages/contracts/src/generated',
    'packages/client/src/generated',
    ...schemas.map((schema) => join(dirname(dirname(schema)), 'src/generated/prisma')),
  ];
  return (
    existsSync(STAMP) &&
    readFileSync(STAMP, 'utf8') === hash &&
    outputs.every((folder) => existsSync(join(ROOT, folder)))
  );
}

/** @throws Failure when the generators refuse their input; what they said is on stderr by then */
export async function ensureGenerated(): Promise<void> {
  if (isUpToDate(hashOfSources())) return;
  await exclusively(join(ROOT, 'node_modules/.fanfare-generating'), () => {
    const hash = hashOfSources();
    if (isUpToDate(hash)) return; // another process did it while we waited
    console.error('fanfare: generating code from protos, schemas and documents');
    turbo('generate');
    writeFileSync(STAMP, hash);
  });
}

/**
 * Writes the public documents anew, and what is made of them. They are committed, so that only who changes what the
 * public sees does this; a test says when it was forgotten.
 */
export async function regenerateDocuments(): Promise<void> {
  await ensureGenerated();
  turbo('documents');
  await ensureGenerated();
}

function turbo(task: string): void {
  const { status } = spawnSync('turbo', ['run', task, '--output-logs=errors-only'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Failure('generating code failed, see above');
}
