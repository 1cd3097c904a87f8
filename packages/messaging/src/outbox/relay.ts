/**
 * The outbox relay: carries committed events to the stream, in order, so that each is in the stream once.
 *
 * States: contending (asks for the lock twice a second) -> reconciling (compares the stream with the database) ->
 * leading (publishes what waits; sleeps until woken, at most half a second). A refused or unanswered publish, a lost
 * connection on either side, or a stream that changed under it ends the leadership: the session is closed, and after
 * a pause this relay contends again. So there is one way back from every trouble, and it begins by looking.
 */
import { streamOf } from '@fanfare/contracts';
import type { Logger, Part } from '@fanfare/kit';
import type { Registry } from 'prom-client';
import { backoffMs } from '../backoff.ts';
import type { Bus } from '../bus.ts';
import type { StreamOptions } from '../stream.ts';
import { doorbell } from './doorbell.ts';
import { type Leadership, lead } from './lead.ts';
import { openSession } from './leader-session.ts';
import { type Publish, publisher } from './publish.ts';
import { relayMetrics } from './relay-metrics.ts';

export interface RelayOptions {
  /** Whose outbox, and so which stream: `economy` publishes `evt.economy.>` into `EVT_ECONOMY`. */
  readonly service: string;
  /** Of the service's database, directly and not through a transaction pooler. */
  readonly databaseUrl: string;
  readonly bus: Bus;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly stream?: StreamOptions;
  /** How an event is published; tests make it fail. */
  readonly publish?: Publish;
}

export interface Relay extends Part {
  /** Says that events were committed; call it after every commit that announced. Cheap, never throws, never waits. */
  readonly wake: () => void;
  /** Whether this replica publishes at the moment. */
  readonly leading: () => boolean;
}

const CONTEND_MS = 500;

export function outboxRelay(options: RelayOptions): Relay {
  const { service, bus, log } = options;
  const stream = streamOf(service);
  const bell = doorbell(bus, `wake.${service}`);
  const metrics = relayMetrics(options.metrics);
  const publish = options.publish ?? publisher(bus, stream);
  let leads = false;
  let stopping = false;
  let failures = 0;
  let running: Promise<void> = Promise.resolve();
  const leadership: Leadership = {
    ...options,
    publish,
    metrics,
    bell,
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
    const session = await openSession(options.databaseUrl, service);
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
        log.warn({ err: error, stream, failures }, 'outbox relay starts over');
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
