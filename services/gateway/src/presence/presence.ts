/**
 * Who is there, in Redis. All of it can be lost: gateways announce their sockets again. A gateway renews a lease; when
 * it dies, its users are offline and its sockets hold nobody in a room as soon as the lease has ended.
 */
import { commonErrors, type Logger, type Part } from '@fanfare/kit';
import type { Redis } from 'ioredis';
import { leaseKey, presenceRedis, ROOMS_KEY, roomKey, roomMember, userKey } from './scripts.ts';

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
  /** The user's first socket of this gateway is there. Announced together with others of the same turn. */
  readonly cameOnline: (userId: bigint) => void;
  /** The user's last socket of this gateway is gone. */
  readonly wentOffline: (userId: bigint) => void;
  /** Whether each has a socket on any gateway. @throws UNAVAILABLE when Redis cannot say */
  readonly areOnline: (userIds: readonly bigint[]) => Promise<readonly boolean[]>;
}

type Pair = readonly [roomId: bigint, userId: bigint];

export interface PresenceOptions {
  readonly redisUrl: string;
  readonly nodeName: string;
  /** Every (room, user) with a socket here. */
  readonly pairs: () => Iterable<Pair>;
  /** Every user with a socket here. */
  readonly users: () => Iterable<bigint>;
  readonly log: Logger;
}

const REFRESH_MS = 15_000;
/** A gateway whose event loop stands still for five seconds is slow, not dead. */
const LEASE_MS = 10_000;
const RENEW_MS = 2000;
/** One script call for this many; each takes some 5 us of Redis. */
const CHUNK = 200;

export function createPresence(options: PresenceOptions): Presence {
  const { redisUrl, nodeName, log } = options;
  const redis = presenceRedis(redisUrl);
  const orNot = forgiving(log);
  const signs = signsOfLife(redis, options);
  const timers: NodeJS.Timeout[] = [];
  const arriving = new Set<bigint>();

  // The same error comes with every attempt to connect.
  redis.on('error', (error) => log.debug({ err: error }, 'presence: redis'));
  // It may have come back empty: whoever waits for signs of life must find them before it counts silence.
  redis.on('ready', () => void orNot('announced', signs.all(), undefined));

  function announceArrivals(): void {
    const arrived = [...arriving];
    arriving.clear();
    void orNot('announced', signs.ofUsers(arrived), undefined);
  }

  function every(ms: number, work: () => Promise<unknown>): void {
    const timer = setInterval(() => void orNot<unknown>('announced', work(), undefined), ms);
    timer.unref();
    timers.push(timer);
  }

  return {
    name: 'presence',
    start: async () => {
      await redis.connect().catch((error: unknown) => log.warn({ err: error }, 'presence starts without redis'));
      every(REFRESH_MS, signs.all);
      every(RENEW_MS, signs.renew);
    },
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await orNot('ended', redis.del(leaseKey(nodeName)), 0);
      redis.disconnect();
    },
    isPresent: async (roomId, userId) =>
      (await orNot('read', redis.zscore(ROOMS_KEY, roomMember(roomId, userId)), null)) !== null,
    announce: (roomId, userId) => orNot('announced', signs.inRooms([[roomId, userId]]), undefined),
    withdraw: async (roomId, userId) =>
      (await orNot('withdrawn', redis.letGo(roomKey(roomId, userId), nodeName), 1)) === 0,
    cameOnline: (userId) => {
      if (arriving.size === 0) setImmediate(announceArrivals);
      arriving.add(userId);
    },
    wentOffline: (userId) => {
      if (arriving.delete(userId)) return;
      void orNot('withdrawn', redis.letGo(userKey(userId), nodeName), 0);
    },
    areOnline: async (userIds) => {
      const held = await orNot('read', redis.areHeld(userIds.length, ...userIds.map(userKey)), null);
      if (held === null) throw commonErrors.UNAVAILABLE();
      return held.map((one) => one === 1);
    },
  };
}

/** What a gateway says of itself, again and again. All of it rejects while Redis is away. */
function signsOfLife(redis: Redis, { nodeName, pairs, users }: PresenceOptions) {
  const ofChunkInRooms = (chunk: readonly Pair[]): Promise<unknown> =>
    redis.holdRooms(
      chunk.length + 1,
      ROOMS_KEY,
      ...chunk.map((pair) => roomKey(...pair)),
      nodeName,
      ...chunk.map((pair) => roomMember(...pair)),
    );
  const ofChunk = (chunk: readonly bigint[]): Promise<unknown> =>
    redis.holdUsers(chunk.length, ...chunk.map(userKey), nodeName);
  const renew = (): Promise<unknown> => redis.set(leaseKey(nodeName), 1, 'PX', LEASE_MS);
  const ofUsers = (some: Iterable<bigint>): Promise<void> => inChunks(some, ofChunk);
  const inRooms = (some: Iterable<Pair>): Promise<void> => inChunks(some, ofChunkInRooms);
  return {
    renew,
    ofUsers,
    inRooms,
    all: async (): Promise<void> => {
      await renew();
      await ofUsers(users());
      await inRooms(pairs());
    },
  };
}

/** Redis may be away at any time: whoever asked goes on with something `instead`. */
const forgiving =
  (log: Logger) =>
  async <T>(what: string, asked: Promise<T>, instead: T): Promise<T> => {
    try {
      return await asked;
    } catch (error) {
      log.debug({ err: error }, `presence was not ${what}`);
      return instead;
    }
  };

/** Looks at each only when it is sent: who has left meanwhile must not be announced again. */
async function inChunks<T>(all: Iterable<T>, send: (chunk: readonly T[]) => Promise<unknown>): Promise<void> {
  let chunk: T[] = [];
  for (const each of all) {
    if (chunk.push(each) < CHUNK) continue;
    await send(chunk);
    chunk = [];
  }
  if (chunk.length > 0) await send(chunk);
}
