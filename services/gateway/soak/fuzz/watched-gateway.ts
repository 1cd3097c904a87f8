/** A gateway whose memory and log are looked at. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fleet } from '../../test/gateway-fleet.ts';
import type { GatewayProcess } from '../../test/gateway-process.ts';
import { memoryProbe } from '../../test/memory-probe.ts';

export interface WatchedGateway extends GatewayProcess {
  /** After a collection, in bytes. */
  readonly memory: () => Promise<NodeJS.MemoryUsage>;
  /** What it has said that a gateway only says about mistakes of its own. */
  readonly complaints: () => readonly string[];
}

export async function watchedGateway(
  fleet: Fleet,
  folder: string,
  nodeName: string,
  env: Readonly<Record<string, string>> = {},
): Promise<WatchedGateway> {
  const logFile = join(folder, `${nodeName}.log`);
  const probe = memoryProbe();
  const gateway = await fleet.start({ nodeName, flags: probe.flags, logFile, env });
  void gateway.ended.then(probe.remove);
  return {
    ...gateway,
    memory: () => probe.collected(gateway.pid),
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
