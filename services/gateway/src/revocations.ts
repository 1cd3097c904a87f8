/**
 * What has ended before its token did: sessions, all sessions of a banned user, stays in a room. Kept in a bucket for
 * the lifetime of a room token, the longest of all, and in the memory of every gateway.
 */
import type { Clock, Logger, Part } from '@fanfare/kit';
import { type KV, Kvm } from '@nats-io/kv';
import type { Principal } from './authenticator.ts';
import type { EdgeConnection, Generation } from './edge/connection.ts';
import type { DomainEvent, EventName, MessageOf } from './translate/table.ts';

/** Times are ms since 1970: what began before is over. */
export type Revocation =
  | { readonly kind: 'user'; readonly userId: bigint; readonly before: number }
  | { readonly kind: 'session'; readonly userId: bigint; readonly sessionId: string; readonly before: number }
  | { readonly kind: 'room'; readonly roomId: bigint; readonly userId: bigint; readonly before: number };

export interface Revocations extends Part {
  readonly isRevoked: (principal: Principal) => boolean;
  /** Whether a stay that began at `since` was ended by a block or kick. */
  readonly isEvicted: (roomId: bigint, userId: bigint, since: Date) => boolean;
  /** Tells every gateway. @throws when the bucket does not take it */
  readonly add: (revocation: Revocation) => Promise<void>;
  readonly onAdded: (listener: (revocation: Revocation) => void) => void;
}

export interface RevocationsOptions {
  readonly connection: EdgeConnection;
  readonly replicas: number;
  readonly log: Logger;
  readonly clock: Clock;
}

const BUCKET = 'revocations';
/** The lifetime of a room token; access tokens live 15 minutes. */
const KEPT_MS = 3_600_000;
const PRUNE_MS = 60_000;
const LOAD_TIMEOUT_MS = 5000;

export function createRevocations({ connection, replicas, log, clock }: RevocationsOptions): Revocations {
  const ended = new Map<string, { readonly before: number; readonly forgetAt: number }>();
  const listeners: ((revocation: Revocation) => void)[] = [];
  let bucket: KV | null = null;
  let timer: NodeJS.Timeout | undefined;

  function remember(key: string, before: number): void {
    const revocation = parseKey(key, before);
    if (revocation === null || (ended.get(key)?.before ?? 0) >= before) return;
    ended.set(key, { before, forgetAt: clock.monotonic() + KEPT_MS });
    for (const listener of listeners) listener(revocation);
  }

  /** Loads what there is, then goes on listening until the connection is lost. Resolves when all is loaded. */
  async function follow(generation: Generation): Promise<void> {
    const opened = await new Kvm(generation.jetstream).create(BUCKET, { history: 1, ttl: KEPT_MS, replicas });
    const { streamInfo } = await opened.status();
    const entries = await opened.watch();
    const loaded = Promise.withResolvers<void>();
    if (streamInfo.state.messages === 0) loaded.resolve();
    generation.lost.addEventListener('abort', () => {
      bucket = null;
      entries.stop();
      loaded.reject(new Error('the connection was lost'));
    });
    const listen = async (): Promise<void> => {
      for await (const entry of entries) {
        if (entry.operation === 'PUT') remember(entry.key, Number(entry.string()));
        if (entry.delta === 0) loaded.resolve();
      }
    };
    listen().catch((error: unknown) => log.warn({ err: error }, 'revocations are not followed'));
    // Entries that expire between the two requests never come.
    const enough = setTimeout(loaded.resolve, LOAD_TIMEOUT_MS);
    await loaded.promise.finally(() => clearTimeout(enough));
    bucket = opened;
  }

  connection.onGeneration(follow);

  function prune(): void {
    const now = clock.monotonic();
    for (const [key, { forgetAt }] of ended) if (forgetAt < now) ended.delete(key);
  }

  const isEnded = (key: string, began: number): boolean => began < (ended.get(key)?.before ?? 0);

  return {
    name: 'revocations',
    isRevoked: ({ userId, sessionId, sessionBegan }) =>
      isEnded(`user.${userId}`, sessionBegan) || ended.has(`session.${userId}.${sessionId}`),
    isEvicted: (roomId, userId, since) => isEnded(`room.${roomId}.${userId}`, since.getTime()),
    add: async (revocation) => {
      if (bucket === null) throw new Error('no connection');
      await bucket.put(keyOf(revocation), String(revocation.before));
    },
    onAdded: (listener) => void listeners.push(listener),
    start: async () => {
      timer = setInterval(prune, PRUNE_MS);
      timer.unref();
    },
    stop: async () => clearInterval(timer),
  };
}

export function keyOf(of: Revocation): string {
  if (of.kind === 'user') return `user.${of.userId}`;
  if (of.kind === 'session') return `session.${of.userId}.${of.sessionId}`;
  return `room.${of.roomId}.${of.userId}`;
}

/** Null for a key of a later release. */
export function parseKey(key: string, before: number): Revocation | null {
  const [, user] = /^user\.(\d+)$/.exec(key) ?? [];
  if (user !== undefined) return { kind: 'user', userId: BigInt(user), before };
  const [, owner, sessionId] = /^session\.(\d+)\.(.+)$/.exec(key) ?? [];
  if (owner !== undefined && sessionId !== undefined)
    return { kind: 'session', userId: BigInt(owner), sessionId, before };
  const [, room, member] = /^room\.(\d+)\.(\d+)$/.exec(key) ?? [];
  if (room === undefined || member === undefined) return null;
  return { kind: 'room', roomId: BigInt(room), userId: BigInt(member), before };
}

/** What events of the bus end, for those that end something. */
export type Endings = { readonly [N in EventName]?: (message: MessageOf<N>) => Revocation };

/** What an event ends, or null. */
export function revocationOf(ends: Endings, { name, message }: DomainEvent): Revocation | null {
  const end = ends[name] as ((of: unknown) => Revocation) | undefined;
  return end?.(message) ?? null;
}

/** The `before` of a revocation. An event without its time ends what began until now. */
export const beforeOf = (time: Date | undefined): number => (time ?? new Date()).getTime();
