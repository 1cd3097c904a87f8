/**
 * Signs of life of sockets in rooms, in Redis. `presence:rooms` is shared with the rooms service: it ends the stay of
 * who has given no sign for a minute. `presence:sockets:<room>:<user>` says which gateways hold sockets of the user
 * there, so that the last one is known. All of it can be lost: gateways announce their sockets again.
 */
import type { Logger, Part } from '@fanfare/kit';
import { Redis, type Result } from 'ioredis';

export interface Presence extends Part {
  /** Whether the user is known to be in the room; false also when Redis cannot say. */
  readonly isPresent: (roomId: bigint, userId: bigint) => Promise<boolean>;
  /** A socket of the user has entered the room here. Never rejects, and never takes long. */
  readonly announce: (roomId: bigint, userId: bigint) => Promise<void>;
  /**
   * The user's last socket of this gateway has left the room.
   * @returns whether no other gateway holds one; false when Redis cannot say: then the stay ends by its silence
   */
  readonly withdraw: (roomId: bigint, userId: bigint) => Promise<boolean>;
}

export interface PresenceOptions {
  readonly redisUrl: string;
  readonly nodeName: string;
  /** Every (room, user) with a socket here. */
  readonly pairs: () => Iterable<readonly [roomId: bigint, userId: bigint]>;
  readonly log: Logger;
}

declare module 'ioredis' {
  interface RedisCommander<Context> {
    announcePresence(numberOfKeys: number, ...keysThenNodeAndMembers: string[]): Result<null, Context>;
    withdrawPresence(socketsKey: string, node: string): Result<number, Context>;
  }
}

const ROOMS_KEY = 'presence:rooms';
const REFRESH_MS = 15_000;
/** A gateway that has not refreshed for this long is dead. */
const GATEWAY_TTL_MS = 60_000;
/** One script call for this many; each takes some 5 us of Redis. */
const CHUNK = 200;
const ANSWER_MS = 500;

/** Keys: the set of all, then one for each pair. Arguments: this gateway, then the member for each pair. */
const ANNOUNCE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 2, #KEYS do
  redis.call('ZADD', KEYS[1], now, ARGV[i])
  redis.call('ZADD', KEYS[i], now, ARGV[1])
  redis.call('PEXPIRE', KEYS[i], ${GATEWAY_TTL_MS})
end
return nil`;

const WITHDRAW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ${GATEWAY_TTL_MS})
return redis.call('ZCARD', KEYS[1])`;

const memberOf = (roomId: bigint, userId: bigint): string => `${roomId}:${userId}`;
const socketsKey = (roomId: bigint, userId: bigint): string => `presence:sockets:${memberOf(roomId, userId)}`;

export function createPresence({ redisUrl, nodeName, pairs, log }: PresenceOptions): Presence {
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_MS,
    retryStrategy: (attempt) => Math.min(attempt * 50, 500),
  });
  redis.defineCommand('announcePresence', { lua: ANNOUNCE });
  redis.defineCommand('withdrawPresence', { numberOfKeys: 1, lua: WITHDRAW });
  // The same error comes with every attempt to connect.
  redis.on('error', (error) => log.debug({ err: error }, 'presence: redis'));
  // It may have come back empty: whoever waits for signs of life must find them before it counts silence.
  redis.on('ready', () => void announceAll());
  let timer: NodeJS.Timeout | undefined;

  async function announceEach(chunk: readonly (readonly [bigint, bigint])[]): Promise<void> {
    const keys = chunk.map(([roomId, userId]) => socketsKey(roomId, userId));
    const members = chunk.map(([roomId, userId]) => memberOf(roomId, userId));
    await redis.announcePresence(keys.length + 1, ROOMS_KEY, ...keys, nodeName, ...members);
  }

  /** Never rejects. */
  async function announceAll(): Promise<void> {
    const all = [...pairs()];
    try {
      for (let from = 0; from < all.length; from += CHUNK) await announceEach(all.slice(from, from + CHUNK));
    } catch (error) {
      log.debug({ err: error, pairs: all.length }, 'presence was not announced');
    }
  }

  return {
    name: 'presence',
    start: async () => {
      await redis.connect().catch((error: unknown) => log.warn({ err: error }, 'presence starts without redis'));
      timer = setInterval(() => void announceAll(), REFRESH_MS);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      redis.disconnect();
    },
    isPresent: async (roomId, userId) => {
      try {
        return (await redis.zscore(ROOMS_KEY, memberOf(roomId, userId))) !== null;
      } catch (error) {
        log.debug({ err: error }, 'presence was not read');
        return false;
      }
    },
    announce: async (roomId, userId) => {
      try {
        await announceEach([[roomId, userId]]);
      } catch (error) {
        log.debug({ err: error }, 'presence was not announced');
      }
    },
    withdraw: async (roomId, userId) => {
      try {
        return (await redis.withdrawPresence(socketsKey(roomId, userId), nodeName)) === 0;
      } catch (error) {
        log.debug({ err: error }, 'presence was not withdrawn');
        return false;
      }
    },
  };
}
