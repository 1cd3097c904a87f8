/** The README's programs are complete, and compile against what is here. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const run = promisify(execFile);
const HERE = new URL('..', import.meta.url).pathname;
const ROOT = join(HERE, '../..');
const folder = mkdtempSync(join(tmpdir(), 'fanfare-readme-'));
symlinkSync(join(HERE, 'node_modules'), join(folder, 'node_modules'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const readme = readFileSync(join(HERE, 'README.md'), 'utf8');
const programs = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, program = '']) => program);

/** What the compiler says; nothing when it is content. */
async function complaints(sources: readonly string[]): Promise<string> {
  const files = sources.map((source, index) => {
    writeFileSync(join(folder, `program-${index}.ts`), source);
    return `program-${index}.ts`;
  });
  const compilerOptions = {
    lib: ['es2024', 'dom'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    paths: {
      '@fanfare/client': [join(HERE, 'src/index.ts')],
    },
  };
  const config = { extends: join(ROOT, 'tsconfig.base.json'), compilerOptions, files };
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  return run(tsc, ['-p', folder]).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
}

test('the programs of the README compile', async () => {
  expect(programs).toHaveLength(3);
  expect(await complaints(programs)).toBe('');
  const [first = ''] = programs;
  expect(await complaints([first.replace('connection.joinRoom(42)', "connection.joinRoom('42')")])).toContain('TS2345');
});

test('the first program has 20 lines, the one without the SDK 10', () => {
  const lines = programs.map((program) => program.split('\n').filter((line) => line.trim() !== '').length);
  expect(lines[0]).toBeLessThanOrEqual(20);
  expect(lines[2]).toBeLessThanOrEqual(10);
});
