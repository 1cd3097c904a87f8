/**
 * How a sleeping relay learns that there is work: in this process by a call, from another replica by a message that may
 * be lost (the relay's slow poll is the net under both).
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Subscription } from '@nats-io/transport-node';
import type { Bus } from '../bus.ts';

export interface Doorbell {
  readonly ring: () => void;
  /** Rings the bells of all replicas; rings that come while one is on its way are one. */
  readonly ringOthers: () => void;
  /** Forgets rings; call it before looking for work. */
  readonly reset: () => void;
  /** Resolves at the next ring, at once if it rang since the last reset, or after `milliseconds`. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Resolves after `milliseconds` or when the bell is closed; rings do not shorten it. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly open: () => void;
  readonly close: () => void;
}

/** Commits on this replica within these milliseconds after a ring share one more. */
const PAUSE_MS = 2;

export function doorbell(bus: Bus, subject: string): Doorbell {
  let rang = false;
  let answer = (): void => {};
  let subscription: Subscription | undefined;
  let unlisten = (): void => {};
  let telling: NodeJS.Timeout | undefined;
  const closed = new AbortController();

  const ring = (): void => {
    rang = true;
    answer();
  };
  return {
    ring,
    ringOthers: () => {
      if (telling !== undefined) return;
      bus.tell(subject);
      telling = setTimeout(() => {
        telling = undefined;
        bus.tell(subject);
      }, PAUSE_MS);
    },
    reset: () => {
      rang = false;
    },
    wait: async (milliseconds) => {
      if (rang) return;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        answer = resolve;
        timer = setTimeout(resolve, milliseconds);
      });
      clearTimeout(timer);
      answer = () => {};
    },
    pause: async (milliseconds) => {
      // Rejects when closed, which is an end like the other.
      await delay(milliseconds, undefined, { signal: closed.signal }).catch(() => undefined);
    },
    open: () => {
      // The subscription outlives reconnects, and a new connection is itself a reason to look.
      subscription = bus.connection.subscribe(subject, { callback: ring });
      unlisten = bus.onConnection(ring);
    },
    close: () => {
      clearTimeout(telling);
      closed.abort();
      unlisten();
      // A closed connection has forgotten it already.
      if (bus.connected()) subscription?.unsubscribe();
      ring();
    },
  };
}
