import { expectedStreams, knownUsers } from '@fanfare/backend';
import { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import { RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { openDatabase } from '@fanfare/database';
import {
  type Clock,
  closing,
  composeService,
  createLogger,
  createMetrics,
  opsServer,
  rpcClient,
  rpcServer,
  type Service,
  systemClock,
  tlsFilesOf,
} from '@fanfare/kit';
import { consumers, openBroker } from '@fanfare/messaging';
import { chatRetention } from './chat/chat-retention.ts';
import type { Config } from './config.ts';
import type { Deps } from './deps.ts';
import { errors } from './errors.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { openLanes } from './lanes.ts';
import { roomMetrics } from './metrics.ts';
import { onUserRegistered } from './on-user-registered.ts';
import { openPresence } from './participation/presence.ts';
import { presenceSweeper } from './participation/presence-sweeper.ts';
import { roomTokens } from './participation/room-token.ts';
import { countSweeper } from './rooms/count-sweeper.ts';
import { handlers } from './rpc.ts';

export interface Overrides {
  readonly clock: Clock;
}

export type RoomsService = Service & { readonly rpcPort: () => number; readonly opsPort: () => number };

export async function createRoomsService(config: Config, overrides: Partial<Overrides> = {}): Promise<RoomsService> {
  const log = createLogger('rooms', config.LOG_LEVEL);
  const metrics = createMetrics('rooms');
  const database = openDatabase({ url: config.DATABASE_URL, poolSize: config.DATABASE_POOL_SIZE, log });
  const { bus, relay, stream } = openBroker({ service: 'rooms', config, log, metrics });
  const tls = tlsFilesOf(config);
  const identity = rpcClient(IdentityServiceService, { name: 'identity', address: config.IDENTITY_RPC_URL, tls });
  const deps: Deps = {
    config,
    database,
    prisma: new PrismaClient({ adapter: database.prismaAdapter() }),
    lanes: openLanes({ concurrency: config.DATABASE_POOL_SIZE, mostTogether: 128, mostWaiting: 10_000 }),
    relay,
    users: knownUsers({
      service: 'rooms',
      sql: database,
      identity: identity.call,
      notFound: errors.USER_NOT_FOUND,
    }),
    presence: openPresence({
      url: config.REDIS_URL,
      graceMs: config.PRESENCE_GRACE_MS,
      sweepMs: config.PRESENCE_SWEEP_MS,
      log,
    }),
    tokens: roomTokens({
      secrets: config.ROOM_TOKEN_SECRETS,
      ttlSeconds: config.ROOM_TOKEN_TTL_SECONDS,
      clock: overrides.clock ?? systemClock,
    }),
    metrics: roomMetrics(metrics),
    log,
  };
  const rpc = rpcServer(RoomsServiceService, handlers(deps), {
    service: 'rooms',
    host: config.GRPC_HOST,
    port: config.GRPC_PORT,
    tls,
    log,
    metrics,
  });
  const ops = opsServer({ host: config.OPS_HOST, port: config.OPS_PORT, metrics, problems: () => service.problems() });
  const service = composeService(
    'rooms',
    [
      database,
      closing('prisma', () => deps.prisma.$disconnect()),
      bus,
      relay,
      identity,
      expectedStreams({ bus, producers: ['identity'], stream, log }),
      deps.presence,
      countSweeper(deps),
      presenceSweeper(deps),
      chatRetention(deps),
      consumers({ service: 'rooms', bus, database, log, metrics, afterCommit: relay.wake }, [onUserRegistered]),
      rpc,
      ops,
    ],
    { log, shutdownTimeoutMs: config.SHUTDOWN_TIMEOUT_MS },
  );
  return { ...service, rpcPort: rpc.port, opsPort: ops.port };
}
