/** A gateway whose memory and log are looked at. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from '../../test/gateway-fleet.ts';
import type { GatewayProcess } from '../../test/gateway-process.ts';

export interface Memory {
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
}

export interface WatchedGateway extends GatewayProcess {
  /** After a collection, in bytes. */
  readonly memory: () => Promise<Memory>;
  /** What it has said that a gateway only says about mistakes of its own. */
  readonly complaints: () => readonly string[];
}

const PRELOAD = new URL('./heap-on-signal.ts', import.meta.url).href;
const MEMORY_MOST_MS = 10_000;

export async function watchedGateway(
  fleet: Fleet,
  folder: string,
  nodeName: string,
  env: Readonly<Record<string, string>> = {},
): Promise<WatchedGateway> {
  const heapFile = join(folder, `${nodeName}.heap`);
  const logFile = join(folder, `${nodeName}.log`);
  const flags = ['--expose-gc', '--import', `${PRELOAD}?file=${encodeURIComponent(heapFile)}`];
  const gateway = await fleet.start({ nodeName, flags, logFile, env });
  return {
    ...gateway,
    memory: async () => {
      rmSync(heapFile, { force: true });
      process.kill(gateway.pid, 'SIGUSR2');
      const deadline = performance.now() + MEMORY_MOST_MS;
      while (!existsSync(heapFile)) {
        if (performance.now() > deadline) throw new Error(`${nodeName} does not tell its memory`);
        await delay(20);
      }
      return JSON.parse(readFileSync(heapFile, 'utf8')) as Memory;
    },
    complaints: () => complaintsIn(readFileSync(logFile, 'utf8')),
  };
}

/** Lines of level error and above, and whatever is not of the logger: stack traces and warnings of node. */
function complaintsIn(log: string): readonly string[] {
  return log.split('\n').filter((line) => {
    if (line === '') return false;
    if (!line.startsWith('{')) return true;
    const { level } = JSON.parse(line) as { readonly level?: string };
    return level === 'error' || level === 'fatal';
  });
}
