/**
 * What gateways keep in Redis about who is there, and the scripts that change it, on Redis's own clock:
 *
 *   presence:rooms                      who is in a room, `<room>:<user>` by the time (ms) of the last sign of life;
 *                                       shared with the rooms service, which ends the stay of who gives none
 *   presence:gateway:<name>             a gateway's lease: while it is there the gateway lives
 *   presence:held:room:<room>:<user>    the gateways that hold sockets of the user in the room
 *   presence:held:user:<user>           the gateways that hold sockets of the user
 *
 * A gateway that died is in its sets for up to a minute, and counts no more when its lease has ended.
 */
import { Redis, type Result } from 'ioredis';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    /** Keys: `presence:rooms`, then a set for each pair. Arguments: the gateway, then `<room>:<user>` for each. */
    holdRooms(numberOfKeys: number, ...keysThenArguments: string[]): Result<null, Context>;
    /** Keys: a set for each user. Argument: the gateway. */
    holdUsers(numberOfKeys: number, ...keysThenGateway: string[]): Result<null, Context>;
    /** @returns how many other gateways hold it */
    letGo(key: string, gateway: string): Result<number, Context>;
    /** @returns for each key whether a gateway that lives holds it: 1 or 0 */
    areHeld(numberOfKeys: number, ...keys: string[]): Result<number[], Context>;
  }
}

export const ROOMS_KEY = 'presence:rooms';
export const roomMember = (roomId: bigint, userId: bigint): string => `${roomId}:${userId}`;
export const roomKey = (roomId: bigint, userId: bigint): string => `presence:held:room:${roomMember(roomId, userId)}`;
export const userKey = (userId: bigint): string => `presence:held:user:${userId}`;
export const leaseKey = (gateway: string): string => `presence:gateway:${gateway}`;

/** Four times the time between two signs of life. */
const HELD_MS = 60_000;

const HOLD_ROOMS = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 2, #KEYS do
  redis.call('ZADD', KEYS[1], now, ARGV[i])
  redis.call('SADD', KEYS[i], ARGV[1])
  redis.call('PEXPIRE', KEYS[i], ${HELD_MS})
end
return nil`;

const HOLD_USERS = `
for i = 1, #KEYS do
  redis.call('SADD', KEYS[i], ARGV[1])
  redis.call('PEXPIRE', KEYS[i], ${HELD_MS})
end
return nil`;

const LET_GO = `
redis.call('SREM', KEYS[1], ARGV[1])
local others = 0
for _, gateway in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  others = others + redis.call('EXISTS', 'presence:gateway:' .. gateway)
end
return others`;

const ARE_HELD = `
local held = {}
for i = 1, #KEYS do
  held[i] = 0
  for _, gateway in ipairs(redis.call('SMEMBERS', KEYS[i])) do
    if redis.call('EXISTS', 'presence:gateway:' .. gateway) == 1 then held[i] = 1 break end
  end
end
return held`;

const ANSWER_MS = 500;

/** A connection that fails at once where others would wait for Redis to come back. */
export function presenceRedis(redisUrl: string): Redis {
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_MS,
    retryStrategy: (attempt) => Math.min(attempt * 50, 500),
  });
  redis.defineCommand('holdRooms', { lua: HOLD_ROOMS });
  redis.defineCommand('holdUsers', { lua: HOLD_USERS });
  redis.defineCommand('letGo', { numberOfKeys: 1, lua: LET_GO });
  redis.defineCommand('areHeld', { lua: ARE_HELD });
  return redis;
}
