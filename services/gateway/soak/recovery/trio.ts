/** Three gateways, of which the one that translates is found, killed and replaced, or stopped and woken. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from '../../test/gateway-fleet.ts';
import type { GatewayProcess } from '../../test/gateway-process.ts';

export interface Trio {
  /** Numbers of the three places; a gateway that dies is replaced in its place. */
  readonly homes: readonly number[];
  /** Where a viewer of this home connects; elsewhere when that is not there, or was tried just now. */
  readonly portFor: (home: number, before: number | null) => number;
  readonly nodeAt: (port: number | null) => string | undefined;
  /** The name of the gateway that translates the stream. */
  readonly leader: () => Promise<string>;
  /** kill -9; a successor starts in its place in the background. */
  readonly kill: (node: string) => Promise<void>;
  /** SIGSTOP, and SIGCONT after that long. */
  readonly stopFor: (node: string, ms: number) => Promise<void>;
  /** Resolves when there are three again. */
  readonly settled: () => Promise<void>;
}

const HOMES = [0, 1, 2] as const;
const LOOK_MS = 50;

export async function threeGateways(fleet: Fleet, stream: string): Promise<Trio> {
  const running = new Map<number, GatewayProcess>();
  let started = 0;
  let replacing: Promise<unknown> = Promise.resolve();
  const start = async (home: number): Promise<void> => {
    started += 1;
    running.set(home, await fleet.start({ nodeName: `gateway-${started}` }));
  };
  await Promise.all(HOMES.map(start));
  const all = (): readonly GatewayProcess[] => [...running.values()];
  const named = (node: string): [number, GatewayProcess] => {
    const found = [...running].find(([, { nodeName }]) => nodeName === node);
    if (found === undefined) throw new Error(`${node} does not run`);
    return found;
  };
  return {
    homes: HOMES,
    portFor: (home, before) => {
      const port = running.get(home)?.httpPort;
      if (port !== undefined && port !== before) return port;
      return all().find(({ httpPort }) => httpPort !== before)?.httpPort ?? 0;
    },
    nodeAt: (port) => all().find(({ httpPort }) => httpPort === port)?.nodeName,
    leader: async () => {
      for (;;) {
        for (const gateway of all()) {
          const leads = await gateway.metric('fanfare_translator_leader', `stream="${stream}"`);
          if (leads === 1) return gateway.nodeName;
        }
        await delay(LOOK_MS);
      }
    },
    kill: async (node) => {
      const [home, gateway] = named(node);
      running.delete(home);
      await gateway.kill();
      replacing = start(home);
      // Looked at by whoever waits for it.
      replacing.catch(() => {});
    },
    stopFor: async (node, ms) => {
      const [, gateway] = named(node);
      gateway.signal('SIGSTOP');
      await delay(ms);
      gateway.signal('SIGCONT');
    },
    settled: async () => void (await replacing),
  };
}
