/**
 * A lease: at most one holder of a key at a time. The key lies in a bucket whose entries expire; it is taken with the
 * expectation that nobody has it, and renewed by revision, so that a holder that slept past its expiry cannot renew what
 * somebody else took meanwhile. The holder's own deadline runs on the monotonic clock from *before* each request, so it
 * ends before anybody else is let in: by the server when the entry has expired, or by its own watch of who has seen the
 * same revision for a whole time to live. Servers remove what has expired up to a second late.
 *
 * States: waiting (looks every third of the time to live) -> holding (renews as often) -> waiting again, by a refused
 * renewal, a lost connection, or the deadline.
 */
import { type Clock, type Logger, type Part, systemClock } from '@fanfare/kit';
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { Bus } from './bus.ts';

export interface LeaseOptions {
  readonly bus: Bus;
  /** Created when missing; all its keys live `ttlMs`. */
  readonly bucket: string;
  readonly key: string;
  /** At least 1000. After the holder's death the others wait for at most this and a third of it. */
  readonly ttlMs: number;
  /** Who holds it, for whoever looks into the bucket. */
  readonly holder: string;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly replicas?: number;
  /** Called with true when the lease is taken and with false when it is lost or given back. */
  readonly onChange?: (held: boolean) => void;
}

export interface Lease extends Part {
  /** Whether the lease is certainly ours at this moment. Ask before every effect that only the holder may have. */
  readonly held: () => boolean;
  /** Milliseconds for which it certainly stays ours if nothing is renewed; 0 when it is not. */
  readonly remainingMs: () => number;
}

/** Clocks of two machines run apart by less than 1%: the holder gives up that much, and a little more, earlier. */
const SAFETY = 0.9;

/** Never so often that nothing else is done. */
const MOMENT_MS = 20;

/** What is ours and until when, by the holder's own clock. */
class Grip {
  revision: number | undefined;
  /** Grows with every loss, so that an answer that comes after one is not believed. */
  losses = 0;
  readonly #clock: Clock;
  readonly #onChange: (held: boolean) => void;
  #deadline = 0;
  #announced = false;
  #expiry: NodeJS.Timeout | undefined;

  constructor(clock: Clock, onChange: (held: boolean) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  remainingMs(): number {
    return this.revision === undefined ? 0 : Math.max(0, this.#deadline - this.#clock.monotonic());
  }

  hold(revision: number, deadline: number): void {
    this.revision = revision;
    this.#deadline = deadline;
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => this.#announce(), this.remainingMs());
    this.#announce();
  }

  drop(): void {
    this.losses += 1;
    this.revision = undefined;
    clearTimeout(this.#expiry);
    this.#announce();
  }

  #announce(): void {
    const held = this.remainingMs() > 0;
    if (held === this.#announced) return;
    this.#announced = held;
    this.#onChange(held);
  }
}

/** Somebody else's hold, as it is seen from here. */
class Rival {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  #revision = 0;
  #seenAt = 0;

  constructor(clock: Clock, ttlMs: number) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  /** How long the one that was seen last may still be held; for ever when there was none. */
  remainingMs(): number {
    if (this.#revision === 0) return Number.POSITIVE_INFINITY;
    return Math.max(MOMENT_MS, this.#seenAt + this.#ttlMs - this.#clock.monotonic());
  }

  /** @returns the revision that may be replaced, 0 when there is none at all, or null while somebody may hold it */
  async look(bucket: KV, key: string): Promise<number | null> {
    const entry = await bucket.get(key);
    const revision = entry?.operation === 'PUT' ? entry.revision : 0;
    if (revision === 0 || revision !== this.#revision) {
      this.#revision = revision;
      // After the answer: it was stored before, and its holder's deadline runs from before that.
      this.#seenAt = this.#clock.monotonic();
      return revision === 0 ? 0 : null;
    }
    if (this.#clock.monotonic() - this.#seenAt < this.#ttlMs) return null;
    this.#revision = 0;
    return revision;
  }
}

export function lease(options: LeaseOptions): Lease {
  const { bus, key, ttlMs, log } = options;
  const clock = options.clock ?? systemClock;
  const grip = new Grip(clock, options.onChange ?? (() => {}));
  const rival = new Rival(clock, ttlMs);
  let bucket: KV | undefined;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  let stopping = false;
  let unlisten = (): void => {};

  async function takeOrRenew(): Promise<void> {
    if (!bus.connected()) return grip.drop();
    const { losses, revision } = grip;
    try {
      bucket ??= await openBucket(bus, options.bucket, options);
      const free = revision === undefined ? await rival.look(bucket, key) : revision;
      if (free === null) return;
      const asked = clock.monotonic();
      const next =
        free === 0
          ? await bucket.create(key, options.holder)
          : await bucket.update(key, options.holder, free, ttlMs / 3);
      // The connection was lost meanwhile: the server that answers now may not be the one that was asked.
      if (grip.losses === losses) grip.hold(next, asked + ttlMs * SAFETY);
    } catch (error) {
      // Refused or unanswered: somebody else may have it from the deadline on, so it is given up now.
      log.debug({ err: error, key }, 'lease not taken');
      if (!isTaken(error)) bucket = undefined;
      grip.drop();
    }
  }

  const schedule = (afterMs: number): void => {
    if (stopping) return;
    timer = setTimeout(() => {
      round = takeOrRenew().finally(() => schedule(Math.min(ttlMs / 3, rival.remainingMs())));
    }, afterMs);
  };

  return {
    name: `lease ${key}`,
    held: () => grip.remainingMs() > 0,
    remainingMs: () => grip.remainingMs(),
    start: async () => {
      unlisten = bus.onConnection((connected) => {
        if (!connected) grip.drop();
      });
      schedule(0);
    },
    stop: async () => {
      stopping = true;
      clearTimeout(timer);
      unlisten();
      await round;
      const mine = grip.revision;
      grip.drop();
      if (mine === undefined || bucket === undefined || !bus.connected()) return;
      // Given back, so that the next holder need not wait for the expiry; refused when it is another's already.
      await bucket.delete(key, { previousSeq: mine }).catch((error: unknown) => {
        log.debug({ err: error, key }, 'lease was not given back');
      });
    },
  };
}

const isTaken = (error: unknown): boolean =>
  error instanceof JetStreamApiError &&
  (error.code === JetStreamApiCodes.StreamWrongLastSequence ||
    error.code === JetStreamApiCodes.StreamWrongLastSequenceUnknown);

export interface BucketOptions {
  /** How long a value lives; without it, for ever. */
  readonly ttlMs?: number;
  readonly replicas?: number;
}

/** Opens a key-value bucket on file storage, and creates it when it is missing. */
export async function openBucket(bus: Bus, name: string, options: BucketOptions = {}): Promise<KV> {
  return new Kvm(bus.connection).create(name, {
    history: 1,
    replicas: options.replicas ?? 1,
    ...(options.ttlMs === undefined ? {} : { ttl: options.ttlMs }),
  });
}
