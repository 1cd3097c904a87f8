import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf, isAlive, type ProcessIdentity } from './platform/process-identity.ts';

/** A holder that was killed between making the folder and signing it is given this long. */
const UNSIGNED_MS = 2000;

/** Runs `work` while no other process holds `lock`, a folder; one whose holder was killed is taken over. */
export async function exclusively<T>(lock: string, work: () => T | Promise<T>): Promise<T> {
  const signature = join(lock, 'holder.json');
  let unsignedSince: number | undefined;
  while (!tryMake(lock)) {
    const holder = readHolder(signature);
    if (holder === undefined) unsignedSince ??= performance.now();
    const unsigned = unsignedSince !== undefined && performance.now() - unsignedSince > UNSIGNED_MS;
    if (holder === undefined ? unsigned : !isAlive(holder)) rmSync(lock, { recursive: true, force: true });
    else await delay(100);
  }
  writeFileSync(signature, JSON.stringify(identityOf(process.pid)));
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function tryMake(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(signature: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(signature, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined; // not signed yet
  }
}
