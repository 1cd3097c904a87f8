/**
 * The outbox relay: carries committed events to the stream, in order, so that each is in the stream once.
 *
 * States: contending (asks for the lock twice a second) -> reconciling (compares the stream with the database) ->
 * leading (publishes what waits; sleeps until woken, at most half a second). A refused or unanswered publish, a lost
 * connection on either side, or a stream that changed under it ends the leadership: the session is closed, and after
 * a pause this relay contends again. So there is one way back from every trouble, and it begins by looking.
 */
import type { Part } from '@fanfare/kit';
import { backoffMs } from '../backoff.ts';
import { type LeaderSession, type Leadership, lead } from './lead.ts';

export type { Doorbell } from './doorbell.ts';
export type { LeaderSession, OutboxStream } from './lead.ts';
export type { StreamView } from './reconcile.ts';
export { type RelayMetrics, relayMetrics } from './relay-metrics.ts';
export type { Origin, Placed, SentMark, StoredEvent } from './store.ts';

/** Everything a relay meets: what it talks to, and time. */
export interface RelayPorts extends Omit<Leadership, 'stopping' | 'onLeading' | 'onProgress'> {
  readonly openSession: () => Promise<LeaderSession>;
}

export interface Relay extends Part {
  /** Says that events were committed; call it after every commit that announced. Cheap, never throws, never waits. */
  readonly wake: () => void;
  /** Whether this replica publishes at the moment. */
  readonly leading: () => boolean;
}

const CONTEND_MS = 500;

export function relayOver(ports: RelayPorts): Relay {
  const { stream, bus, bell, log, metrics } = ports;
  let leads = false;
  let stopping = false;
  let failures = 0;
  let running: Promise<void> = Promise.resolve();
  const leadership: Leadership = {
    ...ports,
    stopping: () => stopping,
    onLeading: () => {
      leads = true;
      metrics.leader.set(1);
    },
    onProgress: () => {
      failures = 0;
    },
  };

  /** One session from its beginning to its end. */
  async function serve(): Promise<void> {
    const session = await ports.openSession();
    try {
      while (!stopping && bus.connected()) {
        if (await session.tryLead()) return await lead(leadership, session);
        await bell.pause(CONTEND_MS);
      }
    } finally {
      leads = false;
      metrics.leader.set(0);
      await session.end();
    }
  }

  async function run(): Promise<void> {
    while (!stopping) {
      bell.reset();
      try {
        // Without NATS somebody else may lead.
        await (bus.connected() ? serve() : bell.wait(CONTEND_MS));
      } catch (error) {
        failures += 1;
        log.warn({ err: error, stream: stream.name, failures }, 'outbox relay starts over');
        await bell.pause(backoffMs(failures));
      }
    }
  }

  return {
    name: 'outbox relay',
    wake: () => (leads ? bell.ring() : bell.ringOthers()),
    leading: () => leads,
    start: async () => {
      bell.open();
      running = run();
    },
    stop: async () => {
      stopping = true;
      bell.close();
      await running;
    },
  };
}
