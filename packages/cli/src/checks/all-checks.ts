/** Everything that `./fanfare test` runs, cheap things first. */
import { existsSync, globSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths.ts';
import type { Check } from './check.ts';
import { checkContractOptions } from './contract-options.ts';
import { checkImports } from './imports.ts';
import { checkProtoBreaking } from './proto-breaking.ts';
import { checkOpenApi, checkPublicBreaking } from './public-contract.ts';
import { programCheck } from './run-program.ts';
import { checkTidy } from './tidy.ts';
import { PROJECTS, vitestCheck } from './vitest.ts';

/** Lint rules and the order of imports; the format is a check of its own. */
const LINT = ['check', '--error-on-warnings', '--formatter-enabled=false'];

const STATIC: readonly Check[] = [
  programCheck('format', ['static', 'format'], 'biome', ['format', '.']),
  programCheck('lint', ['static', 'lint'], 'biome', [...LINT, '.']),
  programCheck('types', ['static', 'types'], 'tsc', ['-p', 'tsconfig.json']),
  programCheck('proto lint', ['static', 'proto'], 'buf', ['lint', 'proto']),
  programCheck('proto format', ['static', 'proto'], 'buf', [
    'format',
    'proto',
    '-d',
    '--exit-code',
    '--path',
    'proto/fanfare',
  ]),
  { name: 'proto options', areas: ['static', 'proto'], run: checkContractOptions },
  { name: 'proto breaking', areas: ['static', 'proto'], run: checkProtoBreaking },
  { name: 'api lint', areas: ['static', 'api'], run: checkOpenApi },
  { name: 'api breaking', areas: ['static', 'api'], run: checkPublicBreaking },
  { name: 'imports', areas: ['static', 'imports'], run: checkImports },
  { name: 'tidy', areas: ['static', 'tidy'], run: checkTidy },
];

/** Checks that are part of a complete run under another name, and can be asked for by their own. */
const drift = vitestCheck('integration', ['drift'], ['packages/database/test/services.int.test.ts']);

/** Folders whose name is an area: `economy` is services/economy. */
function folders(): ReadonlyMap<string, string> {
  const parents = ['packages', 'services'].filter((parent) => existsSync(join(ROOT, parent)));
  const inside = parents.flatMap((parent) =>
    readdirSync(join(ROOT, parent)).map((name) => [name, `${parent}/${name}`] as const),
  );
  return new Map([...inside, ['deploy', 'deploy']]);
}

/** The words that choose checks, for the message about one that does not. */
export function areas(): readonly string[] {
  const groups = STATIC.flatMap((check) => check.areas);
  return [...new Set([...groups, 'drift', ...PROJECTS, ...folders().keys()])];
}

/** The checks of an area, all of them without one; undefined when there is no such area. */
export function checksOf(area: string | undefined): readonly Check[] | undefined {
  const tests = PROJECTS.map((project) => vitestCheck(project, [project]));
  if (area === undefined) return [...STATIC, ...tests];
  if (area === 'drift') return [drift];
  const folder = folders().get(area);
  if (folder !== undefined) return checksOfFolder(folder);
  const chosen = [...STATIC, ...tests].filter((check) => check.areas.includes(area));
  return chosen.length === 0 ? undefined : chosen;
}

function checksOfFolder(folder: string): readonly Check[] {
  return [
    programCheck('format', [], 'biome', ['format', folder]),
    programCheck('lint', [], 'biome', [...LINT, folder]),
    programCheck('types', [], 'tsc', ['-p', 'tsconfig.json']),
    ...OF_FOLDERS.filter((project) => hasTests(folder, project)).map((project) =>
      vitestCheck(project, [], [`${folder}/`]),
    ),
  ];
}

/** Tests of a folder run on the newest servers. */
const OF_FOLDERS = ['unit', 'integration', 'trace', 'e2e'] as const;

const ENDINGS = { unit: 'test', integration: 'int.test', trace: 'trace.test', e2e: 'e2e.test' } as const;

function hasTests(folder: string, project: (typeof OF_FOLDERS)[number]): boolean {
  const parent = project === 'unit' ? '**/src' : 'test';
  return (
    globSync(`${folder}/${parent}/**/*.${ENDINGS[project]}.ts`, { cwd: ROOT, exclude: ['**/node_modules'] }).length > 0
  );
}
