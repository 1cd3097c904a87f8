/** The rooms service: the only file that knows how its parts meet. */
import { type Backend, backend, type Description, knownUsers, type Overrides } from '@fanfare/backend';
import { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import { RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { manifest } from '../manifest.ts';
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

const rooms = {
  manifest,
  contract: RoomsServiceService,
  prisma: PrismaClient,
  peers: { identity: { contract: IdentityServiceService } },
} as const satisfies Description;

export async function createRoomsService(config: Config, overrides: Overrides = {}): Promise<Backend> {
  return backend(rooms, config, overrides, ({ clock, log, metrics, database, prisma, relay, peers }) => {
    const presence = openPresence({
      url: config.REDIS_URL,
      graceMs: config.PRESENCE_GRACE_MS,
      sweepMs: config.PRESENCE_SWEEP_MS,
      log,
    });
    const { ROOM_TOKEN_SECRETS: secrets, ROOM_TOKEN_TTL_SECONDS: ttlSeconds } = config;
    const deps: Deps = {
      config,
      database,
      prisma,
      lanes: openLanes({ concurrency: config.DATABASE_POOL_SIZE, mostTogether: 128, mostWaiting: 10_000 }),
      relay,
      users: knownUsers({
        service: 'rooms',
        sql: database,
        identity: peers.identity,
        notFound: errors.USER_NOT_FOUND,
      }),
      presence,
      tokens: roomTokens({ secrets, ttlSeconds, clock }),
      metrics: roomMetrics(metrics),
      log,
    };
    return {
      handlers: handlers(deps),
      consumers: [onUserRegistered],
      parts: [presence, countSweeper(deps), presenceSweeper(deps), chatRetention(deps)],
    };
  });
}
