/**
 * apt with state and cache of its own: it looks at the machine's sources, keys and installed packages, and changes
 * nothing outside one folder. Needs no root.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from './path-search.ts';

const run = promisify(execFile);

/** A mirror that does not answer must not hang a start for ever. */
const STEP_TIMEOUT_MS = 120_000;
const MOST_OUTPUT_BYTES = 16 * 1024 * 1024;
/** It signs every suite. Where it is missing, apt looks through the keys that it trusts for everything. */
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

export const aptIsUsable = (): boolean => ['apt-get', 'dpkg'].every((tool) => findOnPath(tool) !== undefined);

/** Unpacks into `folder`, which is made, what the packages need beside what the machine has, libraries included. */
export async function unpackWithLibraries(folder: string, staging: string, packages: readonly string[]): Promise<void> {
  const apt = privateApt(staging, ['-o', 'Dir::State::status=/var/lib/dpkg/status']);
  await apt('update');
  // A simulated installation names what is missing on this very machine.
  const plan = await apt('install', '--simulate', '--no-install-recommends', ...packages);
  await apt('download', ...packagesInPlan(plan));
  await unpackAll(folder, staging);
}

/**
 * Unpacks into `folder` the packages alone as another suite of the distribution has them, from the mirror that this
 * machine uses anyway.
 * @throws when the machine has no mirror, or the mirror has no such suite or package
 */
export async function unpackFromSuite(
  folder: string,
  staging: string,
  suite: string,
  packages: readonly string[],
): Promise<void> {
  const { stdout } = await run('apt-get', ['indextargets', '--no-release-info', '--format', TARGET], aptSettings());
  const mirror = mirrorIn(stdout);
  if (mirror === undefined) throw new Error('apt has no sources');
  mkdirSync(staging, { recursive: true });
  const source = join(staging, 'suite.list');
  const options = existsSync(KEYRING) ? ` [signed-by=${KEYRING}]` : '';
  writeFileSync(source, `deb${options} ${mirror.uri} ${suite} ${mirror.component}\n`);
  const status = join(staging, 'no-status');
  writeFileSync(status, '');
  const only = [`Dir::Etc::sourcelist=${source}`, 'Dir::Etc::sourceparts=-', `Dir::State::status=${status}`];
  const apt = privateApt(
    staging,
    only.flatMap((option) => ['-o', option]),
  );
  await apt('update');
  await apt('download', ...packages);
  await unpackAll(folder, staging);
}

/** One line for each list of packages that apt would load. */
const TARGET = '$(CREATED_BY)|$(REPO_URI)|$(COMPONENT)';

/** The mirror of the first source, which is the distribution's own, out of lines made by {@link TARGET}. */
export function mirrorIn(targets: string): { readonly uri: string; readonly component: string } | undefined {
  const [, uri, component] = /^Packages\|([^|]+)\|([^|]+)$/m.exec(targets) ?? [];
  return uri === undefined || component === undefined ? undefined : { uri, component };
}

/** The names in the `Inst name (version ...)` lines of a simulated installation. */
export function packagesInPlan(plan: string): string[] {
  return plan.split('\n').flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? []);
}

function privateApt(staging: string, more: readonly string[]): (...args: string[]) => Promise<string> {
  for (const folder of ['state/lists/partial', 'cache/archives/partial', 'debs']) {
    mkdirSync(join(staging, folder), { recursive: true });
  }
  const options = [
    `Dir::State=${join(staging, 'state')}`,
    `Dir::State::lists=${join(staging, 'state/lists')}`,
    `Dir::Cache=${join(staging, 'cache')}`,
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option]);
  return async (...args) => {
    const settings = { ...aptSettings(), cwd: join(staging, 'debs') };
    const { stdout } = await run('apt-get', [...options, ...more, ...args], settings);
    return stdout;
  };
}

const aptSettings = () => ({
  env: { ...process.env, LC_ALL: 'C' },
  timeout: STEP_TIMEOUT_MS,
  maxBuffer: MOST_OUTPUT_BYTES,
});

async function unpackAll(folder: string, staging: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(join(staging, 'debs'))) {
    await run('dpkg', ['-x', join(staging, 'debs', file), folder], { timeout: STEP_TIMEOUT_MS });
  }
}
