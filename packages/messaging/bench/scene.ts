/** What every measurement runs on: private servers, the platform's tables, a bus, and relays as a service has them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Database, migrate, openDatabase } from '@fanfare/database';
import { silentLogger } from '@fanfare/kit';
import { type Hardware, hardwareOf, serverCpuSeconds } from '@fanfare/testing/measure';
import { startNats, startPostgres } from '@fanfare/testing/servers';
import pg from 'pg';
import { Registry } from 'prom-client';
import { outboxRow } from '../src/announce.ts';
import { type Bus, openBus } from '../src/bus.ts';
import { outboxRelay } from '../src/outbox/relay.ts';
import type { Relay } from '../src/outbox/relay-loop.ts';
import { giftPosted, SERVICE } from './gift-event.ts';

export interface Scene {
  readonly hardware: Hardware & { readonly nats: string };
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly database: Database;
  readonly bus: Bus;
  /** Seconds of CPU used so far; null where it cannot be told. */
  readonly cpuSeconds: () => CpuSeconds;
  readonly report: (line: string) => void;
}

export interface CpuSeconds {
  /** This process: the relay, and whoever announces and consumes beside it. */
  readonly node: number;
  readonly postgres: number | null;
  readonly nats: number | null;
}

export const log = silentLogger;
/** As many as one service has at most: what is measured must not wait for a connection. */
const CONNECTIONS = 16;
const LEADS_WITHIN_MS = 10_000;

/** PostgreSQL waits for the disk at every commit. All of it goes with `stack`. */
export async function openScene(stack: AsyncDisposableStack, report: (line: string) => void): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'fanfare-bench-bus-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const postgres = await startPostgres({ durable: true, progress: report });
  stack.defer(postgres.stop);
  const nats = await startNats({ progress: report });
  stack.defer(nats.stop);
  await migrate(postgres.url, folder);
  const database = openDatabase({ url: postgres.url, poolSize: CONNECTIONS, log });
  stack.defer(async () => database.stop?.());
  const bus = openBus({ url: nats.url, name: 'bench', log });
  await bus.start?.();
  stack.defer(async () => bus.stop?.());
  return {
    hardware: { ...(await measuredOn(postgres.url)), nats: bus.connection.info?.version ?? 'unknown' },
    databaseUrl: postgres.url,
    natsUrl: nats.url,
    database,
    bus,
    cpuSeconds: () => {
      const { user, system } = process.cpuUsage();
      return {
        node: (user + system) / 1e6,
        postgres: serverCpuSeconds(postgres.pid),
        nats: serverCpuSeconds(nats.pid),
      };
    },
    report,
  };
}

async function measuredOn(databaseUrl: string): Promise<Hardware> {
  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  return hardwareOf(admin).finally(() => admin.end());
}

export interface RunningRelay {
  readonly relay: Relay;
  /** Events that are in the stream and noted as sent, since it was started. */
  readonly published: () => Promise<number>;
}

/** Resolves when it leads; stops it afterwards, whatever `work` does. */
export async function withRelay<T>(
  { databaseUrl, bus }: Scene,
  work: (running: RunningRelay) => Promise<T>,
): Promise<T> {
  const metrics = new Registry();
  const relay = outboxRelay({ service: SERVICE, databaseUrl, bus, log, metrics });
  await relay.start?.();
  try {
    for (const deadline = performance.now() + LEADS_WITHIN_MS; !relay.leading(); await delay(5)) {
      if (performance.now() > deadline) throw new Error('the relay does not lead');
    }
    const counter = metrics.getSingleMetric('fanfare_outbox_published_total');
    return await work({ relay, published: async () => (await counter?.get())?.values[0]?.value ?? 0 });
  } finally {
    await relay.stop?.();
  }
}

/** Lets copies of one event wait in the outbox, under message ids of their own and all from one commit. */
export async function fillOutbox({ database }: Scene, count: number): Promise<void> {
  const { subject, headers, payload } = outboxRow(giftPosted());
  await database.query(
    `insert into platform.outbox (message_id, subject, headers, payload)
     select gen_random_uuid()::text, $2, $3, $4 from generate_series(1, $1)`,
    [count, subject, headers, payload],
  );
}
