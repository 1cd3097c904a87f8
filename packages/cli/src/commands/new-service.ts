import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { addressVariable } from '@fanfare/contracts/services';
import type { Arguments } from '../command-line.ts';
import { EXIT, type ExitCode, Failure, UsageError } from '../exit-codes.ts';
import { regenerateDocuments } from '../generate.ts';
import { ROOT, serviceFolder } from '../paths.ts';

const TEMPLATES = join(ROOT, 'packages/cli/templates');
const LIST = join(ROOT, 'packages/contracts/src/services.ts');
const AREAS = join(ROOT, 'services/gateway/src/areas.ts');
const COMPOSE = join(ROOT, 'docker-compose.yml');
const DATABASES = join(ROOT, 'deploy/postgres/init.sql');
const GATEWAY = '\n  gateway:\n';
/** One word: it is a folder, a database, a role, a part of subjects and of a proto package, each with rules. */
const NAME = /^[a-z][a-z0-9]{1,29}$/;

/** Makes a service that runs with the others and passes `./fanfare test`: a place to begin, not a sketch. */
export async function run(args: Arguments): Promise<ExitCode> {
  const name = args.positionals[0] ?? '';
  if (!NAME.test(name)) throw new UsageError('NAME is one word of 2 to 30 small letters and digits');
  const folder = serviceFolder(name);
  if (existsSync(folder)) throw new Failure(`${folder} exists already`);
  const fill = filler(name);
  for (const [path, text] of filesOf(name, fill)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  writeFileSync(LIST, withName(readFileSync(LIST, 'utf8'), name));
  writeFileSync(AREAS, withArea(readFileSync(AREAS, 'utf8'), name));
  writeFileSync(COMPOSE, withContainers(readFileSync(COMPOSE, 'utf8'), fill('deploy/compose.yml.tmpl'), name));
  appendFileSync(DATABASES, fill('deploy/init.sql.tmpl'));
  install();
  // The order of imports depends on the name.
  const areas = join(serviceFolder('gateway'), 'src');
  spawnSync('biome', ['check', '--write', folder, areas], { cwd: ROOT, stdio: ['ignore', 2, 2] });
  await regenerateDocuments();
  console.error(`fanfare: made services/${name} and its proto; read its README and "./fanfare test ${name}"`);
  return EXIT.ok;
}

/** Templates with the service's name in its places. */
function filler(name: string): (template: string) => string {
  const words: Readonly<Record<string, string>> = {
    name,
    Name: `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
  };
  return (template) =>
    readFileSync(join(TEMPLATES, template), 'utf8').replace(/\{\{(\w+)\}\}/g, (_, word: string) => words[word] ?? '');
}

type File = readonly [path: string, text: string];

/** The service, its contract and its area in the gateway. */
function filesOf(name: string, fill: (template: string) => string): readonly File[] {
  const below = (templates: string, folder: string): readonly File[] =>
    globSync(`${templates}/**/*.tmpl`, { cwd: TEMPLATES }).map((template) => [
      join(folder, relative(templates, template).replace(/\.tmpl$/, '')),
      fill(template),
    ]);
  const proto = join(ROOT, 'proto/fanfare', name);
  return [
    ...below('service', serviceFolder(name)),
    ...below('area', join(serviceFolder('gateway'), 'src/areas', name)),
    [join(proto, `v1/${name}_service.proto`), fill('proto/service.proto.tmpl')],
    [join(proto, `event/v1/${name}_events.proto`), fill('proto/events.proto.tmpl')],
  ];
}

/** The list of services with one more at its end. */
export function withName(list: string, name: string): string {
  const end = /^\] as const;/m;
  if (!end.test(list)) throw new Error('the list of services has no end');
  return list.replace(end, (line) => `  '${name}',\n${line}`);
}

/** The list of areas with one more at its end. */
export function withArea(list: string, name: string): string {
  const end = /^\] as const;/m;
  const firstImport = /^import /m;
  if (!end.test(list) || !firstImport.test(list)) throw new Error('the list of areas is not as it was');
  return list
    .replace(end, (line) => `  ${name},\n${line}`)
    .replace(firstImport, (line) => `import { ${name} } from './areas/${name}/index.ts';\n${line}`);
}

/** The compose file with the containers before the gateway's, which is told where the service is. */
export function withContainers(compose: string, containers: string, name: string): string {
  const [before, after] = compose.split(GATEWAY);
  if (before === undefined || after === undefined) throw new Error('the compose file does not list the gateway');
  const firstAddress = /^ {6}[A-Z]+_RPC_URL: /m;
  const told = after.replace(firstAddress, (line) => `      ${addressVariable(name)}: ${name}:7100\n${line}`);
  return `${before}\n${containers.trimEnd()}\n${GATEWAY}${told}`;
}

function install(): void {
  const pnpm = spawnSync('pnpm', ['install', '--no-frozen-lockfile', '--prefer-offline'], {
    cwd: ROOT,
    env: { ...process.env, CI: 'true' },
    stdio: ['ignore', 2, 2],
  });
  if (pnpm.status !== 0) throw new Failure('installing the new package failed, see above');
}
