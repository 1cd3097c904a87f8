/** Where a PostgreSQL server keeps its data so that the user it runs as can reach it. */
import { chownSync, existsSync, lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { canBeReachedBy, sharedFolder } from './folders.ts';

/**
 * Makes `dataDir` usable by `uid` and returns its real path. If a folder on the way is closed to that user (root's
 * home has mode 0700), the data goes to a public place and `dataDir` becomes a link to it: deleting the link still
 * means starting from nothing.
 */
export function postgresFolder(dataDir: string, uid: number | undefined): string {
  mkdirSync(dirname(dataDir), { recursive: true });
  if (existsSync(dataDir)) return realpathSync(dataDir);
  if (uid === undefined || canBeReachedBy(uid, realpathSync(dirname(dataDir)))) {
    mkdirSync(dataDir, { mode: 0o700 });
    if (uid !== undefined) chownSync(dataDir, uid, uid);
    return realpathSync(dataDir);
  }
  const elsewhere = mkdtempSync(join(sharedFolder(['/var/lib/fanfare', join(tmpdir(), 'fanfare-data')]), 'postgres-'));
  chownSync(elsewhere, uid, uid);
  rmSync(dataDir, { force: true }); // a link whose target is gone
  symlinkSync(elsewhere, dataDir);
  return elsewhere;
}

/** Removes the data, also where `dataDir` is a link to it. */
export function removePostgresFolder(dataDir: string): void {
  const isLink = lstatSync(dataDir, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  if (isLink && existsSync(dataDir)) rmSync(realpathSync(dataDir), { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
}
