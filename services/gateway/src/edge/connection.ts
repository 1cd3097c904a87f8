/**
 * The edge's connection to NATS, one after the other: each is a generation that never reconnects. What a gateway knows
 * about a channel holds for one generation only; a new one opens every channel again and proves that nothing is missing.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger, Part } from '@fanfare/kit';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type ConnectionOptions, connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { type Reading, readingOf } from './reading.ts';

export interface Generation {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly reading: Reading;
  /** Aborted when the connection is lost or closed. Nothing may be published or subscribed afterwards: both throw. */
  readonly lost: AbortSignal;
}

export interface EdgeConnectionOptions {
  readonly url: string;
  readonly name: string;
  readonly credsFile?: string | undefined;
  readonly tlsCaFile?: string | undefined;
  readonly log: Logger;
}

export interface EdgeConnection extends Part {
  /** The generation of now, or null between two. */
  readonly current: () => Generation | null;
  /** Runs at the start of every generation, in the order of registration; one that throws ends the generation. */
  readonly onGeneration: (listener: (generation: Generation) => Promise<void>) => void;
}

/** A frozen or unreachable server is noticed after two pings: 4 to 6 s, far below the history's age. */
const PING_INTERVAL_MS = 2000;
const PINGS_OUT = 2;
const CONNECT_TIMEOUT_MS = 3000;
/** 100, 200, 400, 800, 1000, 1000, ... ms, each times 0.5 to 1, so that gateways do not come back in step. */
const RETRY_FIRST_MS = 100;
const RETRY_MOST_MS = 1000;

export function edgeConnection(options: EdgeConnectionOptions): EdgeConnection {
  const listeners: ((generation: Generation) => Promise<void>)[] = [];
  const stopping = new AbortController();
  let current: Generation | null = null;
  let running: Promise<void> | undefined;

  async function oneGeneration(isReady: () => void): Promise<void> {
    const connection = await connect(connectionOptions(options));
    const lost = new AbortController();
    const generation: Generation = {
      connection,
      jetstream: jetstream(connection, { timeout: PUBLISH_TIMEOUT_MS }),
      manager: await jetstreamManager(connection, { checkAPI: false }),
      reading: readingOf(connection),
      lost: lost.signal,
    };
    const closed = connection.closed().then(() => {
      current = null;
      lost.abort();
    });
    const stop = (): void => void connection.close();
    stopping.signal.addEventListener('abort', stop);
    try {
      for (const listener of listeners) await listener(generation);
      if (!lost.signal.aborted) current = generation;
      isReady();
      await closed;
    } finally {
      stopping.signal.removeEventListener('abort', stop);
      await connection.close();
      await closed;
    }
  }

  async function run(isReady: () => void): Promise<void> {
    for (let attempt = 0; !stopping.signal.aborted; attempt += 1) {
      try {
        await oneGeneration(() => {
          attempt = 0;
          isReady();
        });
        if (!stopping.signal.aborted) options.log.warn('the edge lost its connection to NATS');
      } catch (error) {
        if (!stopping.signal.aborted) options.log.warn({ err: error }, 'the edge has no connection to NATS');
      }
      const wait = Math.min(RETRY_FIRST_MS * 2 ** attempt, RETRY_MOST_MS) * (0.5 + Math.random() / 2);
      await delay(wait, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  return {
    name: 'edge-connection',
    current: () => current,
    onGeneration: (listener) => void listeners.push(listener),
    start: async () => {
      // What listens for generations has loaded what it needs when the first one is there: nobody is let in before.
      const { promise, resolve } = Promise.withResolvers<void>();
      running = run(resolve);
      await promise;
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
    problem: () => (current === null ? 'the edge is not connected to NATS' : null),
  };
}

const PUBLISH_TIMEOUT_MS = 3000;

function connectionOptions({ url, name, credsFile, tlsCaFile }: EdgeConnectionOptions): ConnectionOptions {
  return {
    name,
    servers: url.split(',').map((server) => server.trim()),
    reconnect: false,
    // A stack trace for every request costs more than the request.
    noAsyncTraces: true,
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: PINGS_OUT,
    ...(credsFile === undefined ? {} : { authenticator: credsAuthenticator(readFileSync(credsFile)) }),
    ...(tlsCaFile === undefined ? {} : { tls: { caFile: tlsCaFile } }),
  };
}
