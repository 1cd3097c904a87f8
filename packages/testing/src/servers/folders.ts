/** Where private copies and data live, and who may reach them. */
import { chmodSync, mkdirSync, mkdtempSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The uid of `nobody` on Linux and of nothing in particular elsewhere: PostgreSQL refuses to run as root. */
export const NOBODY = 65_534;

export const isRoot = (): boolean => process.getuid?.() === 0;

/** This user's cache: `$XDG_CACHE_HOME/fanfare` or `~/.cache/fanfare`. */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'fanfare');
}

/**
 * A folder under one of `candidates` that belongs to us and that every user can reach; used by root, whose home and
 * cache usually are closed to others. A folder that somebody else made under a public place is not trusted.
 */
export function sharedFolder(candidates: readonly string[]): string {
  for (const candidate of candidates) {
    try {
      mkdirSync(candidate, { recursive: true });
      if (statSync(candidate).uid !== process.getuid?.()) continue;
      chmodSync(candidate, 0o755);
      if (canBeReachedBy(NOBODY, candidate)) return candidate;
    } catch {
      // A read-only or closed place: the next candidate may do.
    }
  }
  throw new Error(`none of ${candidates.join(', ')} can be used by another user`);
}

/** A new folder that is ours alone, in the system's temporary folder. */
export const temporaryFolder = (name: string): string => mkdtempSync(join(tmpdir(), `fanfare-${name}-`));

/** Whether a user who is in no group of ours can walk to `folder`: every folder on the way lets others pass. */
export function canBeReachedBy(uid: number, folder: string): boolean {
  const { mode, uid: owner } = statSync(folder);
  const open = (mode & 0o001) !== 0 || owner === uid;
  const parent = dirname(folder);
  return open && (parent === folder || canBeReachedBy(uid, parent));
}
