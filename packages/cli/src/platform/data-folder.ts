/** The folder of one platform: whose it is right now, what it knows about what runs, and where its parts are. */
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removePostgresFolder } from '@fanfare/testing/servers';
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.ts';
import type { Replica } from './topology.ts';

export interface ReplicaState extends Replica {
  readonly pid: number | null;
  readonly restarts: number;
}

export interface ServerState {
  /** Null for what was not started by us. */
  readonly pid: number | null;
  readonly url: string;
}

/** What the supervisor writes down at every change. */
export interface PlatformState {
  readonly supervisor: ProcessIdentity;
  /** False until everything was ready for the first time. */
  readonly started: boolean;
  readonly services: readonly ReplicaState[];
  readonly infrastructure: {
    readonly postgres: ServerState;
    readonly nats: ServerState;
    readonly redis: ServerState;
  } | null;
  /** Every process that must be gone before another supervisor may work here. */
  readonly processes: readonly ProcessIdentity[];
}

export interface DataFolder {
  readonly path: string;
  readonly postgres: string;
  readonly nats: string;
  readonly redis: string;
  readonly passwords: string;
  /** Exists once the demo data has been made. */
  readonly seeded: string;
  readonly log: (name: string) => string;
}

/** A log longer than this at a start becomes `.1`, in place of the one before. */
const LOG_BYTES = 20 * 1024 * 1024;

export function dataFolderAt(path: string): DataFolder {
  return {
    path,
    postgres: join(path, 'postgres'),
    nats: join(path, 'nats'),
    redis: join(path, 'redis'),
    passwords: join(path, 'passwords.json'),
    seeded: join(path, 'seeded'),
    log: (name) => join(path, 'logs', `${name}.log`),
  };
}

export function createDataFolder(folder: DataFolder): void {
  // Others may pass, as the user that PostgreSQL runs as must when we are root, but not look around.
  mkdirSync(folder.path, { recursive: true, mode: 0o711 });
  mkdirSync(join(folder.path, 'logs'), { recursive: true, mode: 0o700 });
}

/** Removes what we keep there and nothing else: the folder may be one of the caller's own. */
export function emptyDataFolder(folder: DataFolder): void {
  removePostgresFolder(folder.postgres);
  const logs = readdirSync(join(folder.path, 'logs'))
    .map((name) => join(folder.path, 'logs', name))
    .filter((log) => log !== folder.log('supervisor')); // its writer is alive: it is us
  for (const path of [folder.nats, folder.redis, folder.passwords, folder.seeded, ...logs]) {
    rmSync(path, { recursive: true, force: true });
  }
}

export function rotateLog(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_BYTES) renameSync(file, `${file}.1`);
}

const lockFile = (folder: DataFolder): string => join(folder.path, 'supervisor.lock');
const stateFile = (folder: DataFolder): string => join(folder.path, 'state.json');

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${file} cannot be read; remove it and start again`, { cause: error });
  }
}

/** The supervisor that owns the folder now, if one is alive. */
export function currentSupervisor(folder: DataFolder): ProcessIdentity | undefined {
  const owner = readJson<ProcessIdentity>(lockFile(folder));
  return owner !== undefined && isAlive(owner) ? owner : undefined;
}

/**
 * Makes this process the folder's supervisor.
 * @returns undefined on success, else who already is
 */
export function takeOwnership(folder: DataFolder): ProcessIdentity | undefined {
  const lock = lockFile(folder);
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(identityOf(process.pid)));
  try {
    for (;;) {
      const owner = currentSupervisor(folder);
      if (owner !== undefined) return owner;
      rmSync(lock, { force: true }); // its owner was killed
      try {
        linkSync(mine, lock); // unlike a rename it fails when somebody else was first
        return undefined;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

export function giveUpOwnership(folder: DataFolder): void {
  rmSync(stateFile(folder), { force: true });
  rmSync(lockFile(folder), { force: true });
}

/** Readers see the old or the new state, never half of one. */
export function writeState(folder: DataFolder, state: PlatformState): void {
  const next = `${stateFile(folder)}.next`;
  writeFileSync(next, JSON.stringify(state), { mode: 0o600 });
  renameSync(next, stateFile(folder));
}

/** The last state that was written, by a supervisor that may be dead. */
export const readState = (folder: DataFolder): PlatformState | undefined => readJson(stateFile(folder));
