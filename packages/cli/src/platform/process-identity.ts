/** Whether a process that we wrote down is still the same one: numbers are used again. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process by number and by when it began. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

/** When the process began, in the system's own terms; undefined when there is none, or only its corpse. */
function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return stdout.trim() === '' ? undefined : stdout.trim();
  }
  try {
    // The second field, a name in parentheses, may hold anything; after it come state (3) ... starttime (22).
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined; // no such process
  }
}

/** @throws when there is no such process */
export function identityOf(pid: number): ProcessIdentity {
  const startedAt = startOf(pid);
  if (startedAt === undefined) throw new Error(`there is no process ${pid}`);
  return { pid, startedAt };
}

export const isAlive = (who: ProcessIdentity): boolean => startOf(who.pid) === who.startedAt;

/** Waits until all have gone. @returns those that are still there after `timeoutMs` */
export async function untilGone(
  all: readonly ProcessIdentity[],
  timeoutMs: number,
): Promise<readonly ProcessIdentity[]> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const left = all.filter(isAlive);
    if (left.length === 0 || performance.now() > deadline) return left;
    await delay(50);
  }
}
