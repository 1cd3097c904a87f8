/**
 * A service's connection to NATS. The first connection is waited for, later ones come back by themselves for as long
 * as the process lives; whoever keeps something that a lost connection spoils listens by `onConnection`.
 *
 * A lost one is no reason not to be ready: what is committed waits in the outbox, and a platform whose services all left
 * their load balancers at once would answer nothing.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger, Part } from '@fanfare/kit';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type ConnectionOptions, connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { backoffMs } from './backoff.ts';

export interface BusOptions {
  /** `nats://host:4222`; several servers of a cluster separated by commas. */
  readonly url: string;
  /** Shown in the server's list of connections. */
  readonly name: string;
  readonly credsFile?: string | undefined;
  readonly tlsCaFile?: string | undefined;
  readonly log: Logger;
}

export interface Bus extends Part {
  /** The connection, which replaces its socket by itself. @throws before `start` */
  readonly connection: NatsConnection;
  readonly jetstream: () => JetStreamClient;
  readonly manager: () => Promise<JetStreamManager>;
  readonly connected: () => boolean;
  /** Grows with every connection made: what was learnt about a stream under another number must be looked up again. */
  readonly generation: () => number;
  /** Calls with true after every connection made and with false after every loss. @returns how to stop listening */
  readonly onConnection: (listener: (connected: boolean) => void) => () => void;
  /** At most once, to whoever listens now; false when there is no connection, where `connection.publish` may throw. */
  readonly tell: (subject: string, payload?: string) => boolean;
}

/** A server that stops answering (frozen, unreachable) is noticed after two pings: 10 to 15 s. */
const PING_INTERVAL_MS = 5000;
const PINGS_OUT = 2;
const RECONNECT_WAIT_MS = 250;
const CONNECT_TIMEOUT_MS = 5000;

export function openBus(options: BusOptions): Bus {
  const listeners = new Set<(connected: boolean) => void>();
  let connection: NatsConnection | undefined;
  let connected = false;
  let generation = 0;

  const live = (): NatsConnection => {
    if (connection === undefined) throw new Error('the bus has not started');
    return connection;
  };
  const become = (state: boolean): void => {
    if (state) generation += 1;
    connected = state;
    for (const listener of listeners) listener(state);
  };

  return {
    name: 'bus',
    get connection() {
      return live();
    },
    jetstream: () => jetstream(live()),
    manager: () => jetstreamManager(live(), { checkAPI: false }),
    connected: () => connected,
    generation: () => generation,
    onConnection: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell: (subject, payload = '') => {
      if (!connected) return false;
      try {
        live().publish(subject, payload);
        return true;
      } catch (error) {
        options.log.debug({ err: error, subject }, 'not told: the connection is closing');
        return false;
      }
    },
    start: async () => {
      connection = await firstConnection(options);
      become(true);
      follow(connection, become, options.log).catch((error: unknown) =>
        options.log.error({ err: error }, 'lost sight of the connection'),
      );
    },
    stop: async () => {
      try {
        // Draining without a server would wait for one.
        if (connected) await live().drain();
      } catch (error) {
        options.log.debug({ err: error }, 'connection lost while draining');
      } finally {
        connected = false;
        await live().close();
      }
    },
  };
}

/** Hears of every loss and return of the connection, until it is closed. */
async function follow(connection: NatsConnection, become: (connected: boolean) => void, log: Logger): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') {
      log.warn({ server: status.server }, 'connection to NATS lost');
      become(false);
    } else if (status.type === 'reconnect') {
      log.info({ server: status.server }, 'connected to NATS again');
      become(true);
    } else if (status.type === 'error') {
      log.warn({ err: status.error }, 'NATS reports an error');
    }
  }
}

/** Waits for as long as it takes: services start in any order, also before their infrastructure. */
async function firstConnection({ log, ...options }: BusOptions): Promise<NatsConnection> {
  const settings = connectionOptions(options);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connect(settings);
    } catch (error) {
      log.warn({ err: error, attempt }, 'NATS does not answer yet');
      await delay(backoffMs(attempt));
    }
  }
}

function connectionOptions({ url, name, credsFile, tlsCaFile }: Omit<BusOptions, 'log'>): ConnectionOptions {
  return {
    name,
    servers: url.split(',').map((server) => server.trim()),
    timeout: CONNECT_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    // Credentials that are refused while a server restarts with new ones are no reason to give up for ever.
    ignoreAuthErrorAbort: true,
    // A stack trace for every request costs more than the request.
    noAsyncTraces: true,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: PINGS_OUT,
    ...(credsFile === undefined ? {} : { authenticator: credsAuthenticator(readFileSync(credsFile)) }),
    ...(tlsCaFile === undefined ? {} : { tls: { caFile: tlsCaFile } }),
  };
}
