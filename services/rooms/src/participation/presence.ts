/**
 * Presence: a sorted set in Redis of `<roomId>:<userId>`, scored with Redis' own time (ms) of the last sign of life.
 * Joins add to it, gateways refresh it for their sockets, and the sweeper asks who has been silent for too long. All of
 * it may be lost: silence counts only while presence could be read, and whoever is missing gets a fresh grace.
 */
import type { Logger, Part } from '@fanfare/kit';
import { Redis } from 'ioredis';

export interface Member {
  readonly roomId: bigint;
  readonly userId: bigint;
}

export interface Presence extends Part {
  /** Signs of life. Not waited for: one that is lost is made up for by the sweeper. */
  readonly seen: (members: readonly Member[]) => void;
  /** Not waited for: a member that stays behind is removed when it is silent. */
  readonly gone: (members: readonly Member[]) => void;
  /** Members silent for the whole grace, at most `limit`, or none while it is unknown. @throws when Redis is away */
  readonly silent: (limit: number) => Promise<readonly Member[]>;
  /** Removes those of the members that are still silent. */
  readonly forget: (members: readonly Member[]) => Promise<void>;
  /** Gives members that are missing a fresh grace. */
  readonly addMissing: (members: readonly Member[]) => Promise<void>;
}

export interface PresenceOptions {
  readonly url: string;
  readonly graceMs: number;
  /** How often `silent` is asked by all replicas together. */
  readonly sweepMs: number;
  readonly log: Logger;
}

export const PRESENCE_KEY = 'presence:rooms';
const SWEEP_KEY = 'presence:rooms:sweep';

/** Redis 7 lets scripts call TIME before they write; the answer is [seconds, microseconds]. */
const NOW = `local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000);`;

const SEEN = `${NOW} for _, member in ipairs(ARGV) do redis.call('ZADD', KEYS[1], now, member) end`;
const ADD_MISSING = `${NOW} for _, member in ipairs(ARGV) do redis.call('ZADD', KEYS[1], 'NX', now, member) end`;
const FORGET = `${NOW} local silentSince = now - tonumber(ARGV[1])
for i = 2, #ARGV do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if score and tonumber(score) <= silentSince then redis.call('ZREM', KEYS[1], ARGV[i]) end
end`;

/**
 * The sweep's own key says when it last looked and since when it has looked without a gap. A gap means that signs of
 * life may have been lost too (Redis was away, came back empty or with old scores), and the grace begins again.
 */
const SILENT = `${NOW}
local grace, gap, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local last, since = redis.call('HGET', KEYS[2], 'last'), redis.call('HGET', KEYS[2], 'since')
if not last or now - tonumber(last) > gap then since = now end
redis.call('HSET', KEYS[2], 'last', now, 'since', since)
if now - tonumber(since) < grace then return {} end
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - grace, 'LIMIT', 0, limit)`;

/** A gap is three rounds that did not come. */
const GAP_ROUNDS = 3;
const COMMAND_TIMEOUT_MS = 1000;

const nameOf = ({ roomId, userId }: Member): string => `${roomId}:${userId}`;

/** Null for what is no member: anybody may have written into Redis. */
export function parseMember(name: string): Member | null {
  const [, roomId, userId] = /^([1-9]\d{0,15}):([1-9]\d{0,15})$/.exec(name) ?? [];
  return roomId === undefined || userId === undefined ? null : { roomId: BigInt(roomId), userId: BigInt(userId) };
}

export function openPresence({ url, graceMs, sweepMs, log }: PresenceOptions): Presence {
  const redis = new Redis(url, {
    lazyConnect: true,
    // What cannot be sent now is refused now: a queue would grow for as long as Redis is away.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
  });
  let reachable = true;
  redis.on('ready', () => {
    if (!reachable) log.info('presence can be read again');
    reachable = true;
  });
  redis.on('error', (error) => {
    if (reachable) log.warn({ err: error }, 'presence cannot be read; nobody is taken for away meanwhile');
    reachable = false;
  });
  const optional = (sent: Promise<unknown>): void => {
    sent.catch((error: unknown) => log.debug({ err: error }, 'presence not told'));
  };

  return {
    name: 'presence',
    seen: (members) => {
      if (members.length > 0) optional(redis.eval(SEEN, 1, PRESENCE_KEY, ...members.map(nameOf)));
    },
    gone: (members) => {
      if (members.length > 0) optional(redis.zrem(PRESENCE_KEY, ...members.map(nameOf)));
    },
    silent: async (limit) => {
      const names = await redis.eval(SILENT, 2, PRESENCE_KEY, SWEEP_KEY, graceMs, sweepMs * GAP_ROUNDS, limit);
      const members = (names as string[]).map((name) => ({ name, member: parseMember(name) }));
      const malformed = members.flatMap(({ name, member }) => (member === null ? [name] : []));
      if (malformed.length > 0) await redis.zrem(PRESENCE_KEY, ...malformed);
      return members.flatMap(({ member }) => (member === null ? [] : [member]));
    },
    forget: async (members) => {
      if (members.length > 0) await redis.eval(FORGET, 1, PRESENCE_KEY, graceMs, ...members.map(nameOf));
    },
    addMissing: async (members) => {
      if (members.length > 0) await redis.eval(ADD_MISSING, 1, PRESENCE_KEY, ...members.map(nameOf));
    },
    // A service without presence works: it only finds nobody to be away.
    start: async () => {
      await redis.connect().catch((error: unknown) => log.warn({ err: error }, 'Redis does not answer yet'));
    },
    stop: async () => redis.disconnect(),
  };
}
