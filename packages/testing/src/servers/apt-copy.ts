/**
 * Programs from the distribution's packages without installing them: apt, with state and cache of its own under the
 * user's cache folder, downloads; `dpkg -x` unpacks. Needs no root and changes nothing outside that folder.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './folders.ts';
import { findOnPath, isExecutable } from './path-search.ts';

const run = promisify(execFile);

/** What is fetched together. */
export interface PackageSet {
  /** The copy's folder in the cache; another name fetches anew. */
  readonly folder: string;
  readonly packages: readonly string[];
}

/** Small, and nearly always wanted together. */
export const SERVERS: PackageSet = { folder: 'apt-servers-1', packages: ['nats-server', 'redis-server'] };

/** A mirror that does not answer must not hang a start for ever. */
const STEP_TIMEOUT_MS = 120_000;

export interface PrivateCopy {
  /** Full path of a program of the copy. @throws when the packages do not bring it */
  readonly program: (name: string) => string;
  /** What its programs need in their environment to find the libraries that came with them. */
  readonly env: NodeJS.ProcessEnv;
}

export const aptIsUsable = (): boolean => ['apt-get', 'dpkg'].every((tool) => findOnPath(tool) !== undefined);

/** Copies being made by this process: NATS and Redis are started together and need theirs once. */
const pending = new Map<string, Promise<PrivateCopy>>();

/** The copy in the user's cache; made on first use, which takes seconds and the network. */
export function aptCopy(set: PackageSet, progress: (text: string) => void = () => {}): Promise<PrivateCopy> {
  const { folder } = set;
  const copy = pending.get(folder) ?? makeCopy(set, progress).finally(() => pending.delete(folder));
  pending.set(folder, copy);
  return copy;
}

async function makeCopy({ folder, packages }: PackageSet, progress: (text: string) => void): Promise<PrivateCopy> {
  const cache = cacheFolder();
  const target = join(cache, folder);
  if (!existsSync(target)) {
    progress(`fetching ${packages.join(' and ')} with apt (a private copy, nothing is installed)`);
    mkdirSync(cache, { recursive: true });
    const staging = mkdtempSync(join(cache, 'apt-staging-'));
    try {
      await unpackInto(join(staging, 'root'), staging, packages);
      renameSync(join(staging, 'root'), target);
    } catch (error) {
      // Another process may have been first: then its copy is as good as ours.
      if (!existsSync(target)) throw error;
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  }
  return privateCopy(target);
}

async function unpackInto(root: string, staging: string, packages: readonly string[]): Promise<void> {
  for (const folder of ['state/lists/partial', 'cache/archives/partial', 'debs', 'root']) {
    mkdirSync(join(staging, folder), { recursive: true });
  }
  const options = [
    `Dir::State=${join(staging, 'state')}`,
    `Dir::State::lists=${join(staging, 'state/lists')}`,
    `Dir::Cache=${join(staging, 'cache')}`,
    'Dir::State::status=/var/lib/dpkg/status',
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option]);
  const apt = async (...args: string[]): Promise<string> => {
    const settings = { cwd: join(staging, 'debs'), env: { ...process.env, LC_ALL: 'C' }, timeout: STEP_TIMEOUT_MS };
    const { stdout } = await run('apt-get', [...options, ...args], { ...settings, maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  };
  await apt('update');
  // A simulated installation names what is missing on this very machine, libraries included.
  const plan = await apt('install', '--simulate', '--no-install-recommends', ...packages);
  await apt('download', ...packagesInPlan(plan));
  for (const file of readdirSync(join(staging, 'debs'))) {
    await run('dpkg', ['-x', join(staging, 'debs', file), root], { timeout: STEP_TIMEOUT_MS });
  }
}

/** The names in the `Inst name (version ...)` lines of a simulated installation. */
export function packagesInPlan(plan: string): string[] {
  return plan.split('\n').flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? []);
}

function privateCopy(root: string): PrivateCopy {
  return {
    program: (name) => {
      // What is in bin may be a launcher that knows only where an installation would have put the program.
      const folders = [`usr/lib/${name}`, 'usr/sbin', 'usr/bin'];
      const found = folders.map((folder) => join(root, folder, name)).find(isExecutable);
      if (found === undefined) throw new Error(`the packages under ${root} bring no ${name}; remove it and try again`);
      return found;
    },
    env: { ...process.env, LD_LIBRARY_PATH: libraryFolders(root).join(':') },
  };
}

/** Where a loader would look, and the folders right below: some libraries name theirs by its place once installed. */
function libraryFolders(root: string): string[] {
  const folders = ['usr/lib', 'lib'].flatMap((folder) => foldersIn(join(root, folder)));
  const ofMachine = folders.filter((folder) => /-linux-/.test(folder));
  return ofMachine.flatMap((folder) => [folder, ...foldersIn(folder).filter(hasLibraries)]);
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

const hasLibraries = (folder: string): boolean => readdirSync(folder).some((name) => /[.]so([.]|$)/.test(name));
