/** What goes wrong during the soak: relays die, freeze and fail; the server dies, loses its stream, gets old files back. */
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Chance } from '@fanfare/testing/chance';
import { type RunningServer, startNats } from '@fanfare/testing/servers';
import { type RelayChild, spawnRelay } from './relay-child.ts';

export type Fault =
  | 'relay killed'
  | 'relay frozen'
  | 'NATS killed'
  | 'stream deleted'
  | 'old files restored'
  | 'NATS away';

export interface Scene {
  readonly chance: Chance;
  readonly databaseUrl: string;
  readonly folder: string;
  readonly service: string;
  readonly deleteStream: () => Promise<unknown>;
  /** How long a server that is away stays away, at most. */
  readonly awayMs: number;
}

export interface Faults {
  readonly strike: () => Promise<Fault>;
  readonly counts: () => Readonly<Partial<Record<Fault, number>>>;
  readonly natsUrl: string;
  readonly stop: () => Promise<void>;
}

/** By how often they strike; `NATS away` is always the first. */
const OFTEN: readonly Fault[] = [
  'relay killed',
  'relay killed',
  'relay frozen',
  'NATS killed',
  'NATS away',
  'stream deleted',
  'old files restored',
  'old files restored',
];
const RELAYS = 3;
/** One publish in five hundred fails, before it is sent or after. */
const PUBLISH_FAILS_ONE_IN = 500;
/** Longer than PostgreSQL waits for an idle session. */
const FREEZE_MS = [3500, 6000] as const;

export async function startFaults(scene: Scene): Promise<Faults> {
  const { chance } = scene;
  const files = join(scene.folder, 'nats');
  const copy = join(scene.folder, 'nats-copy');
  const counts: Partial<Record<Fault, number>> = {};
  let nats: RunningServer = await startNats({ dataDir: files });
  const { port, url } = nats;
  const spawn = (): RelayChild => spawnRelay(scene.service, scene.databaseUrl, url, PUBLISH_FAILS_ONE_IN);
  const relays = Array.from({ length: RELAYS }, spawn);

  const restart = async (between: () => Promise<void> | void = () => {}): Promise<void> => {
    process.kill(nats.pid, 'SIGKILL');
    await nats.ended;
    await between();
    nats = await startNats({ port, dataDir: files });
  };

  const strikes: Readonly<Record<Fault, () => Promise<unknown>>> = {
    'relay killed': async () => {
      const index = chance.between(0, RELAYS - 1);
      await relays[index]?.kill();
      relays[index] = spawn();
    },
    'relay frozen': async () => {
      const relay = relays[chance.between(0, RELAYS - 1)];
      relay?.process.kill('SIGSTOP');
      await delay(chance.between(...FREEZE_MS));
      relay?.process.kill('SIGCONT');
    },
    'NATS killed': () => restart(),
    // The first time for as long as it may.
    'NATS away': () =>
      restart(() => delay(counts['NATS away'] === undefined ? scene.awayMs : chance.between(1000, scene.awayMs))),
    'stream deleted': scene.deleteStream,
    'old files restored': () =>
      restart(() => {
        // Every other time the files are put aside for the next.
        if (!existsSync(copy)) return cpSync(files, copy, { recursive: true });
        rmSync(files, { recursive: true, force: true });
        cpSync(copy, files, { recursive: true });
        rmSync(copy, { recursive: true });
      }),
  };

  return {
    natsUrl: url,
    counts: () => counts,
    strike: async () => {
      const fault = Object.keys(counts).length === 0 ? 'NATS away' : chance.pick(OFTEN);
      await strikes[fault]();
      counts[fault] = (counts[fault] ?? 0) + 1;
      return fault;
    },
    stop: async () => {
      await Promise.all(relays.map((relay) => relay.kill()));
      await nats.stop();
    },
  };
}
