/** What a service with a database has of the broker: the bus, and the relay that brings its events there. */
import type { Logger } from '@fanfare/kit';
import { EXPECTED_STREAM_BYTES } from '@fanfare/kit/manifest';
import type { Registry } from 'prom-client';
import { type Bus, openBus } from './bus.ts';
import { outboxRelay } from './outbox/relay.ts';
import type { Relay } from './outbox/relay-loop.ts';
import type { StreamOptions } from './stream.ts';

/** Of a service's configuration; `serverFields` of kit reads all of it. */
export interface BrokerConfig {
  readonly DATABASE_URL: string;
  readonly NATS_URL: string;
  readonly NATS_CREDS_FILE?: string | undefined;
  readonly NATS_TLS_CA_FILE?: string | undefined;
  readonly NATS_REPLICAS: number;
  readonly NATS_STREAM_BYTES: number;
}

export interface BrokerOptions {
  /** Whose outbox and stream; the server's list of connections shows the name too. */
  readonly service: string;
  readonly config: BrokerConfig;
  readonly log: Logger;
  readonly metrics: Registry;
}

export interface Broker {
  /** Starts before the relay. */
  readonly bus: Bus;
  readonly relay: Relay;
  /** How streams are made whose producers have not come yet; when they come, they give them bounds of their own. */
  readonly stream: StreamOptions;
}

/** Nothing connects before its parts are started. */
export function openBroker({ service, config, log, metrics }: BrokerOptions): Broker {
  const bus = openBus({
    url: config.NATS_URL,
    name: service,
    credsFile: config.NATS_CREDS_FILE,
    tlsCaFile: config.NATS_TLS_CA_FILE,
    log,
  });
  const stream = { replicas: config.NATS_REPLICAS, maxBytes: config.NATS_STREAM_BYTES };
  const relay = outboxRelay({ service, databaseUrl: config.DATABASE_URL, bus, log, metrics, stream });
  const expected = { ...stream, maxBytes: Math.min(stream.maxBytes, EXPECTED_STREAM_BYTES) };
  return { bus, relay, stream: expected };
}
