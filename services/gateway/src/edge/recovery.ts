/**
 * Recovery by a stored witness. What follows a position is complete if, after reading it, the position's own message
 * is still stored under its own id: history is removed oldest first, so nothing younger can have been removed before
 * the read. No clock and no epoch decides; a stream that was recreated or restored has another message there.
 *
 * A storm of reconnects asks for the same few channels: requests for a channel that come while a read of it runs share
 * the next read.
 */

import type { History, StoredPosition } from './history.ts';
import type { Position } from './position.ts';
import type { EdgeRecord } from './record.ts';
import { TICK } from './subjects.ts';

export interface Replay {
  /** Everything stored on the channel after the position, oldest first. */
  readonly records: readonly EdgeRecord[];
  /** When the position's own message was stored, ms since 1970. */
  readonly positionAt: number;
}

export interface RecoveryOptions {
  readonly history: History;
  /** Asks no witness that is older than this: another replica may have removed it by its own clock already. */
  readonly witnessAgeMostMs: number;
  readonly now: () => number;
}

export interface Recovery {
  /** Null when completeness cannot be proved. @throws when the stream does not answer */
  readonly after: (channel: string, position: Position) => Promise<Replay | null>;
}

interface Request {
  readonly position: Position;
  readonly resolve: (replay: Replay | null) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads of different channels at the same time; more of them only wait inside the server. */
const READS_AT_ONCE = 64;

export function recovery(options: RecoveryOptions): Recovery {
  const waiting = new Map<string, Request[]>();
  const queue: string[] = [];
  let running = 0;

  async function run(channel: string): Promise<void> {
    const requests = waiting.get(channel) ?? [];
    waiting.delete(channel);
    try {
      const sorted = requests.toSorted((a, b) => a.position.seq - b.position.seq);
      await serve(options, channel, sorted);
    } catch (error) {
      for (const { reject } of requests) reject(error);
    }
  }

  function next(): void {
    while (running < READS_AT_ONCE) {
      const channel = queue.shift();
      if (channel === undefined) return;
      running += 1;
      void run(channel).finally(() => {
        running -= 1;
        next();
      });
    }
  }

  return {
    after: (channel, position) => {
      const { promise, resolve, reject } = Promise.withResolvers<Replay | null>();
      const request = { position, resolve, reject };
      const others = waiting.get(channel);
      if (others !== undefined) {
        others.push(request);
        return promise;
      }
      waiting.set(channel, [request]);
      queue.push(channel);
      // Whoever comes in the same turn shares the read.
      setImmediate(next);
      return promise;
    },
  };
}

/**
 * Answers what one read from the lowest position can; those behind it get another read from the middle of the rest.
 * @param requests by sequence
 * @returns whether the lowest position was within the limits; if not, nothing before it is either
 */
async function serve(options: RecoveryOptions, channel: string, requests: readonly Request[]): Promise<boolean> {
  const [lowest] = requests;
  if (lowest === undefined) return true;
  const read = await options.history.after(channel, lowest.position.seq);
  if (read !== 'too many') {
    await prove(options, channel, requests, read);
    return true;
  }
  const firstFurther = requests.findIndex(({ position }) => position.seq > lowest.position.seq);
  const further = firstFurther < 0 ? [] : requests.slice(firstFurther);
  refuse(requests.slice(0, requests.length - further.length));
  const middle = Math.floor(further.length / 2);
  const fits = await serve(options, channel, further.slice(middle));
  if (fits) await serve(options, channel, further.slice(0, middle));
  else refuse(further.slice(0, middle));
  return false;
}

/** The witnesses are asked for after the read: the other way round something could vanish in between. */
async function prove(
  options: RecoveryOptions,
  channel: string,
  requests: readonly Request[],
  read: readonly EdgeRecord[],
): Promise<void> {
  const witnesses = new Map<number, Promise<StoredPosition | null>>();
  for (const { position } of requests) {
    if (!witnesses.has(position.seq)) witnesses.set(position.seq, options.history.at(position.seq));
  }
  await Promise.all(witnesses.values());
  for (const { position, resolve } of requests) {
    const stored = (await witnesses.get(position.seq)) ?? null;
    if (!isWitness(options, stored, channel, position)) resolve(null);
    else resolve({ records: read.filter(({ seq }) => seq > position.seq), positionAt: stored.at });
  }
}

const isWitness = (
  { now, witnessAgeMostMs }: RecoveryOptions,
  stored: StoredPosition | null,
  channel: string,
  { id }: Position,
): stored is StoredPosition =>
  stored !== null &&
  stored.id === id &&
  (stored.channel === channel || stored.channel === TICK) &&
  now() - stored.at < witnessAgeMostMs;

const refuse = (requests: readonly Request[]): void => {
  for (const { resolve } of requests) resolve(null);
};
