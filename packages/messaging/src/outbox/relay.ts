/** The outbox relay of a service over PostgreSQL and NATS. */
import { streamOf } from '@fanfare/contracts';
import { type Logger, systemClock } from '@fanfare/kit';
import type { Registry } from 'prom-client';
import type { Bus } from '../bus.ts';
import { ensureStream, type StreamOptions } from '../stream.ts';
import { doorbell } from './doorbell.ts';
import { openSession } from './leader-session.ts';
import { type Publish, publisher } from './publish.ts';
import { viewStream } from './reconcile.ts';
import { type Relay, relayOver } from './relay-loop.ts';
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

export function outboxRelay(options: RelayOptions): Relay {
  const { service, databaseUrl, bus, log } = options;
  const name = streamOf(service);
  return relayOver({
    bus,
    log,
    bell: doorbell(bus, `wake.${service}`),
    metrics: relayMetrics(options.metrics),
    clock: systemClock,
    openSession: () => openSession(databaseUrl, service, log),
    stream: {
      name,
      ensure: () => ensureStream(bus, service, options.stream),
      view: async () => viewStream(await bus.manager(), name),
      publish: options.publish ?? publisher(bus, name),
    },
  });
}
