/** What processes have used of the processors, from /proc. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** USER_HZ: what Linux counts in, on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

interface ProcessTimes {
  readonly parent: number;
  /** Seconds of its own. */
  readonly own: number;
  /** Seconds of those of its children that have ended. */
  readonly ended: number;
}

/**
 * Seconds of CPU of the server and all of its processes, those that have ended included: what backends, WAL writer,
 * checkpointer and autovacuum did. Null where there is no /proc.
 * @param pid the server's first process
 */
export function serverCpuSeconds(pid: number): number | null {
  if (!existsSync('/proc/self/stat')) return null;
  const server = timesOf(pid);
  if (server === null) return null;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => timesOf(Number(name)))
    .filter((times) => times?.parent === pid);
  return children.reduce((sum, times) => sum + (times?.own ?? 0), server.own + server.ended);
}

function timesOf(pid: number): ProcessTimes | null {
  try {
    // The second field, a name in parentheses, may hold anything; after it come state (3), parent (4) ... utime (14),
    // stime, cutime, cstime.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ').map(Number) ?? [];
    const [parent = 0] = fields.slice(1);
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11);
    return { parent, own: (user + system) / TICKS_PER_SECOND, ended: (endedUser + endedSystem) / TICKS_PER_SECOND };
  } catch {
    return null; // it has just ended
  }
}

/**
 * Seconds of CPU of one process and all of its threads, without its children; to the nanosecond where the kernel keeps
 * scheduler statistics, else to 10 ms. Null where there is no /proc, or no such process.
 */
export function processCpuSeconds(pid: number): number | null {
  return scheduledSeconds(pid) ?? timesOf(pid)?.own ?? null;
}

/** The first field of https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat, over all threads. */
function scheduledSeconds(pid: number): number | null {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const nanoseconds = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    );
    return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e9;
  } catch {
    return null; // no such file in this kernel, or a thread has just ended
  }
}
