/**
 * Programs from the distribution's packages without installing them: apt downloads into the user's cache folder,
 * `dpkg -x` unpacks. A copy that is there is used as it is: another recipe has another folder, and who removes the
 * folder gets what the mirror has by then.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './folders.ts';
import { isExecutable } from './path-search.ts';
import { unpackFromSuite, unpackWithLibraries } from './private-apt.ts';

const run = promisify(execFile);

/** What is fetched together. */
export interface PackageSet {
  /** The copy's folder in the cache; another name fetches anew. */
  readonly folder: string;
  readonly packages: readonly string[];
  /**
   * Suites of the distribution that are tried first, for a program that needs no library of its suite: the first whose
   * program answers `--version` here is taken. Suites that move keep only their current version, so none is pinned.
   */
  readonly newer?: { readonly suites: readonly string[]; readonly program: string };
}

/** As the distribution has them. Small, and nearly always wanted together. */
export const SERVERS: PackageSet = { folder: 'apt-servers-1', packages: ['nats-server', 'redis-server'] };

/** Written in Go, so it runs on older systems than it was packaged for. */
export const NEWEST_NATS: PackageSet = {
  folder: 'apt-newest-nats-1',
  packages: ['nats-server'],
  newer: { suites: ['testing', 'stable'], program: 'nats-server' },
};

const VERSION_TIMEOUT_MS = 10_000;

export interface PrivateCopy {
  /** Full path of a program of the copy. @throws when the packages do not bring it */
  readonly program: (name: string) => string;
  /** What its programs need in their environment to find the libraries that came with them. */
  readonly env: NodeJS.ProcessEnv;
}

/** The copy if it is there already; for who only wants to tell. */
export function aptCopyMade(set: PackageSet): PrivateCopy | undefined {
  const folder = copyFolder(set);
  return existsSync(folder) ? privateCopy(folder) : undefined;
}

const copyFolder = ({ folder }: PackageSet): string => join(cacheFolder(), folder);

/** Copies being made by this process: NATS and Redis are started together and need theirs once. */
const pending = new Map<string, Promise<PrivateCopy>>();

/** The copy in the user's cache; made on first use, which takes seconds and the network. */
export function aptCopy(set: PackageSet, progress: (text: string) => void = () => {}): Promise<PrivateCopy> {
  const { folder } = set;
  const copy = pending.get(folder) ?? makeCopy(set, progress).finally(() => pending.delete(folder));
  pending.set(folder, copy);
  return copy;
}

async function makeCopy(set: PackageSet, progress: (text: string) => void): Promise<PrivateCopy> {
  const target = copyFolder(set);
  if (!existsSync(target)) {
    progress(`fetching ${set.packages.join(' and ')} with apt (a private copy, nothing is installed)`);
    const cache = cacheFolder();
    mkdirSync(cache, { recursive: true });
    const staging = mkdtempSync(join(cache, 'apt-staging-'));
    try {
      renameSync(await unpack(set, staging), target);
    } catch (error) {
      // Another process may have been first: then its copy is as good as ours.
      if (!existsSync(target)) throw error;
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  }
  return privateCopy(target);
}

/** @returns the folder below `staging` that has the files */
async function unpack({ packages, newer }: PackageSet, staging: string): Promise<string> {
  for (const suite of newer?.suites ?? []) {
    const place = join(staging, suite);
    const root = join(place, 'root');
    // No such suite, a mirror that does not answer, a program that wants a newer system: all mean "try the next".
    const runs = unpackFromSuite(root, place, suite, packages).then(() => answers(root, newer?.program ?? ''));
    if (await runs.catch(() => false)) return root;
  }
  const root = join(staging, 'root');
  await unpackWithLibraries(root, staging, packages);
  return root;
}

async function answers(root: string, program: string): Promise<boolean> {
  const copy = privateCopy(root);
  await run(copy.program(program), ['--version'], { env: copy.env, timeout: VERSION_TIMEOUT_MS });
  return true;
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
