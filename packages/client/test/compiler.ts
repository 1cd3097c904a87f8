/** Programs of somebody who uses what is here, as the compiler sees them. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const HERE = new URL('..', import.meta.url).pathname;
const ROOT = join(HERE, '../..');

export interface Compiler {
  /** Where the programs are written, and may find each other. */
  readonly folder: string;
  /** What the compiler says; nothing when it is content. */
  readonly complaints: (sources: readonly string[]) => Promise<string>;
  readonly stop: () => void;
}

export function compiler(): Compiler {
  const folder = mkdtempSync(join(tmpdir(), 'fanfare-programs-'));
  symlinkSync(join(HERE, 'node_modules'), join(folder, 'node_modules'));
  const compilerOptions = {
    lib: ['es2024', 'dom'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    paths: { '@fanfare/client': [join(HERE, 'src/index.ts')] },
  };
  return {
    folder,
    complaints: (sources) => {
      const files = sources.map((source, index) => {
        writeFileSync(join(folder, `program-${index}.ts`), source);
        return `program-${index}.ts`;
      });
      const config = { extends: join(ROOT, 'tsconfig.base.json'), compilerOptions, files };
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
      return run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder]).then(
        () => '',
        ({ stdout }: { stdout: string }) => stdout,
      );
    },
    stop: () => rmSync(folder, { recursive: true, force: true }),
  };
}
