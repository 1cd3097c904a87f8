/**
 * Gateways in processes of their own over one NATS and one Redis server, with test services behind them: what the long
 * proofs and the benchmark run on. Needs no vitest.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@fanfare/kit';
import { type Bus, ensureStream, openBus } from '@fanfare/messaging';
import { type RunningServer, startNats, startRedis } from '@fanfare/testing/servers';
import { publicFace } from '../src/areas.ts';
import { producersOf } from '../src/translate/translate.ts';
import { type GatewayProcess, type GatewayProcessOptions, startGatewayProcess } from './gateway-process.ts';
import { type Peers, startPeers, type TokenSigner, tokenSigner } from './peers.ts';
import { publishers, roomToken, snapshotOf } from './running-gateways.ts';

export type FleetGateway = Omit<GatewayProcessOptions, 'env'> & { readonly env?: Readonly<Record<string, string>> };

export interface Fleet extends ReturnType<typeof publishers> {
  readonly bus: Bus;
  /** Set answers of the services here. Rooms answers every snapshot, identity its keys and users. */
  readonly peers: Peers;
  readonly signer: TokenSigner;
  /** An access token; every user has a session of their own. */
  readonly accessToken: (userId: number) => Promise<string>;
  readonly roomToken: typeof roomToken;
  readonly natsPort: number;
  readonly redisPort: number;
  /** Where the NATS server keeps its streams. */
  readonly natsFolder: string;
  readonly natsPid: () => number;
  /** kill -9; resolves when it is gone. */
  readonly killNats: () => Promise<void>;
  /** On the same port and folder. */
  readonly startNats: () => Promise<void>;
  readonly killRedis: () => Promise<void>;
  readonly startRedis: () => Promise<void>;
  readonly start: (options: FleetGateway) => Promise<GatewayProcess>;
  /** Stops everything, gateways that still run included. */
  readonly stop: () => Promise<void>;
}

export async function startFleet(): Promise<Fleet> {
  const natsFolder = mkdtempSync(join(tmpdir(), 'fanfare-fleet-'));
  let nats = await startNats({ dataDir: natsFolder });
  let redis = await startRedis();
  const peers = await startPeers();
  const signer = await tokenSigner('one');
  const bus = openBus({ url: nats.url, name: 'fleet', log: silentLogger });
  await bus.start?.();
  for (const producer of producersOf(publicFace.table)) await ensureStream(bus, producer);
  peers.handlers.identity.getKeySet = async () => ({ jwks: signer.jwks });
  peers.handlers.rooms.getSnapshot = async ({ roomId }) => snapshotOf(roomId);
  peers.handlers.rooms.leaveRoom = async () => ({});
  const gateways = new Set<GatewayProcess>();
  const { port: natsPort } = nats;
  const { port: redisPort } = redis;
  const shared = { NATS_URL: nats.url, REDIS_URL: redis.url, ...peers.addresses };

  return {
    bus,
    peers: peers.handlers,
    signer,
    accessToken: (userId) => signer.sign({ sub: String(userId), sid: `session-${userId}` }),
    roomToken,
    natsPort,
    redisPort,
    natsFolder,
    natsPid: () => nats.pid,
    killNats: () => killed(nats),
    startNats: async () => {
      nats = await startNats({ port: natsPort, dataDir: natsFolder });
    },
    killRedis: () => killed(redis),
    startRedis: async () => {
      redis = await startRedis({ port: redisPort });
    },
    start: async ({ env = {}, ...options }) => {
      const gateway = await startGatewayProcess({ ...options, env: { ...shared, ...env } });
      gateways.add(gateway);
      void gateway.ended.then(() => gateways.delete(gateway));
      return gateway;
    },
    ...publishers(bus),
    stop: async () => {
      for (const gateway of gateways) gateway.signal('SIGCONT');
      await Promise.all([...gateways].map((gateway) => gateway.stop()));
      await bus.stop?.();
      await peers.stop();
      await Promise.all([nats.stop(), redis.stop()]);
      rmSync(natsFolder, { recursive: true, force: true });
    },
  };
}

async function killed(server: RunningServer): Promise<void> {
  process.kill(server.pid, 'SIGKILL');
  await server.ended;
}
