/** A fleet of two gateways that can be broken in every way a run asks for, and what is known of its stream. */
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EDGE_STREAM } from '@fanfare/contracts';
import { startNats } from '@fanfare/testing/servers';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type Fleet, startFleet } from '../../test/gateway-fleet.ts';
import type { GatewayProcess } from '../../test/gateway-process.ts';
import { HISTORY_AGE_MS, type Profile } from './plan.ts';
import { type Publisher, publisher } from './publisher.ts';
import { Recorder } from './recorder.ts';

const ENVIRONMENTS: Readonly<Record<Profile, Readonly<Record<string, string>>>> = {
  ample: {},
  age: { EDGE_HISTORY_MS: String(HISTORY_AGE_MS) },
  bytes: { EDGE_HISTORY_BYTES: '65536' },
};

export interface World {
  readonly fleet: Fleet;
  readonly recorder: Recorder;
  readonly publisher: Publisher;
  /** Ports of the gateways that run. */
  readonly ports: () => readonly number[];
  /** kill -9 of one of the two; another one takes its place as soon as it has started. */
  readonly killGateway: () => Promise<void>;
  readonly killNats: (awayMs: number) => Promise<void>;
  readonly trim: (keep: number) => Promise<void>;
  readonly recreate: () => Promise<void>;
  readonly copyFiles: () => Promise<void>;
  readonly restoreFiles: (awayMs: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function openWorld(profile: Profile): Promise<World> {
  const fleet = await startFleet();
  const gateways = await twoGateways(fleet, ENVIRONMENTS[profile]);
  const url = `nats://127.0.0.1:${fleet.natsPort}`;
  const connection = await connect({
    servers: url,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 20,
    reconnectJitter: 0,
  });
  const manager = await jetstreamManager(connection);
  const recorder = new Recorder(connection, manager);
  const made = publisher(jetstream(connection), (seq, channel, id) => recorder.hear(seq, channel, id));
  await recorder.fill();
  const spare = mkdtempSync(join(tmpdir(), 'fanfare-recovery-'));
  const copy = join(spare, 'copy');

  return {
    fleet,
    recorder,
    publisher: made,
    ports: gateways.ports,
    killGateway: gateways.kill,
    killNats: async (awayMs) => {
      await fleet.killNats();
      await delay(awayMs);
      await fleet.startNats();
      await untilAnswering(manager);
      await recorder.fill();
    },
    trim: async (keep) => {
      await recorder.fill();
      await manager.streams.purge(EDGE_STREAM, { keep });
    },
    recreate: () => made.paused(() => recreate(manager, recorder)),
    copyFiles: async () => {
      rmSync(copy, { recursive: true, force: true });
      // Still, so that the files agree with each other, as a snapshot of a volume does.
      process.kill(fleet.natsPid(), 'SIGSTOP');
      cpSync(fleet.natsFolder, copy, { recursive: true });
      process.kill(fleet.natsPid(), 'SIGCONT');
    },
    restoreFiles: async (awayMs) => {
      if (!existsSync(copy)) throw new Error('nothing was copied');
      await fleet.killNats();
      const dead = join(spare, 'dead');
      renameSync(fleet.natsFolder, dead);
      await readDead(recorder, dead);
      rmSync(dead, { recursive: true, force: true });
      renameSync(copy, fleet.natsFolder);
      await delay(awayMs);
      recorder.end();
      await fleet.startNats();
      await untilAnswering(manager);
      await recorder.beginFromCopy();
      await recorder.fill();
    },
    stop: async () => {
      await gateways.settled();
      await connection.close();
      await fleet.stop();
      rmSync(spare, { recursive: true, force: true });
    },
  };
}

/** Nothing else publishes while this happens, but for a tick now and then. */
async function recreate(manager: JetStreamManager, recorder: Recorder): Promise<void> {
  const { config } = await manager.streams.info(EDGE_STREAM);
  await recorder.fill();
  await manager.streams.delete(EDGE_STREAM);
  recorder.end();
  await manager.streams.add(config);
  recorder.beginEmpty();
}

async function readDead(recorder: Recorder, folder: string): Promise<void> {
  const server = await startNats({ dataDir: folder });
  try {
    await recorder.finish(server.url);
  } finally {
    await server.stop();
  }
}

/** Answers may be lost together with the connection that asked. */
async function untilAnswering(manager: JetStreamManager): Promise<void> {
  for (;;) {
    const answered = await Promise.race([
      manager.streams.info(EDGE_STREAM).then(
        () => true,
        () => false,
      ),
      delay(200, false),
    ]);
    if (answered) return;
    await delay(10);
  }
}

/** Two gateways: one that was killed is replaced in the background, and the other is not killed before that is done. */
async function twoGateways(fleet: Fleet, env: Readonly<Record<string, string>>) {
  const running: GatewayProcess[] = [];
  let started = 0;
  const start = async (): Promise<void> => {
    started += 1;
    running.push(await fleet.start({ nodeName: `gateway-${started}`, env }));
  };
  await Promise.all([start(), start()]);
  let replacing: Promise<void> = Promise.resolve();
  return {
    ports: () => running.map(({ httpPort }) => httpPort),
    kill: async () => {
      await replacing;
      const [victim] = running.splice(0, 1);
      await victim?.kill();
      replacing = start();
      // Looked at by whoever waits for it.
      replacing.catch(() => {});
    },
    settled: () => replacing.catch(() => {}),
  };
}
