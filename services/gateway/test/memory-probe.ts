/** The memory of a process that was started with `memoryFlags`. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface MemoryProbe {
  /** Of node, for the process. */
  readonly flags: readonly string[];
  /** After garbage was collected. @throws when the process does not answer */
  readonly collected: (pid: number) => Promise<NodeJS.MemoryUsage>;
  readonly remove: () => void;
}

const ANSWER_MOST_MS = 30_000;

export function memoryProbe(): MemoryProbe {
  const folder = mkdtempSync(join(tmpdir(), 'fanfare-memory-'));
  const file = join(folder, 'memory.json');
  const preload = new URL('memory-on-signal.ts', import.meta.url);
  preload.searchParams.set('file', file);
  return {
    flags: ['--expose-gc', '--import', preload.href],
    collected: async (pid) => {
      rmSync(file, { force: true });
      process.kill(pid, 'SIGUSR2');
      for (const deadline = performance.now() + ANSWER_MOST_MS; !existsSync(file); await delay(20)) {
        if (performance.now() > deadline) throw new Error(`process ${pid} did not tell its memory`);
      }
      return JSON.parse(readFileSync(file, 'utf8')) as NodeJS.MemoryUsage;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
