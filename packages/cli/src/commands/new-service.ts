import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Arguments } from '../command-line.ts';
import { EXIT, type ExitCode, Failure, UsageError } from '../exit-codes.ts';
import { regenerateDocuments } from '../generate.ts';
import { ROOT, serviceFolder } from '../paths.ts';

const TEMPLATES = join(ROOT, 'packages/cli/templates');
const LIST = join(ROOT, 'packages/contracts/src/services.ts');
const TABLE = join(ROOT, 'packages/cli/src/platform/services.ts');
const COMPOSE = join(ROOT, 'docker-compose.yml');
const DATABASES = join(ROOT, 'deploy/postgres/init.sql');
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
  writeFileSync(TABLE, withService(readFileSync(TABLE, 'utf8'), name));
  writeFileSync(COMPOSE, withContainers(readFileSync(COMPOSE, 'utf8'), fill('deploy/compose.yml.tmpl')));
  appendFileSync(DATABASES, fill('deploy/init.sql.tmpl'));
  install();
  await regenerateDocuments();
  // The order of imports depends on the name.
  spawnSync('biome', ['check', '--write', folder], { cwd: ROOT, stdio: ['ignore', 2, 2] });
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

function filesOf(name: string, fill: (template: string) => string): readonly (readonly [path: string, text: string])[] {
  const service = globSync('service/**/*.tmpl', { cwd: TEMPLATES }).map((template) => {
    const path = template.replace(/^service\//, '').replace(/\.tmpl$/, '');
    return [join(serviceFolder(name), path), fill(template)] as const;
  });
  const proto = join(ROOT, `proto/fanfare/${name}/v1/${name}_service.proto`);
  return [...service, [proto, fill('proto/service.proto.tmpl')]];
}

/** The list of services with one more at its end. */
export function withName(list: string, name: string): string {
  const end = /^\] as const;/m;
  if (!end.test(list)) throw new Error('the list of services has no end');
  return list.replace(end, (line) => `  '${name}',\n${line}`);
}

/** The table of what runs, with the new service before the gateway, which may come to call it. */
export function withService(table: string, name: string): string {
  const gateway = /^ {2}\{ name: 'gateway'/m;
  if (!gateway.test(table)) throw new Error('the table of services does not list the gateway');
  return table.replace(gateway, (line) => `  { name: '${name}', database: true, rpc: true },\n${line}`);
}

/** The compose file with the containers before the gateway's. */
export function withContainers(compose: string, containers: string): string {
  const gateway = /^ {2}gateway:\n/m;
  if (!gateway.test(compose)) throw new Error('the compose file does not list the gateway');
  return compose.replace(gateway, (line) => `${containers}${line}`);
}

function install(): void {
  const pnpm = spawnSync('pnpm', ['install', '--no-frozen-lockfile', '--prefer-offline'], {
    cwd: ROOT,
    env: { ...process.env, CI: 'true' },
    stdio: ['ignore', 2, 2],
  });
  if (pnpm.status !== 0) throw new Failure('installing the new package failed, see above');
}
