/** What every test here needs: a database, a NATS server, and a toy event whose message numbers its entity's versions. */
import type { EventType } from '@fanfare/contracts';
import { type Database, openDatabase, type Sql } from '@fanfare/database';
import { type Part, silentLogger } from '@fanfare/kit';
import { cloneDatabase, privateNats, type RunningServer, type ServerOptions } from '@fanfare/testing';
import { Registry } from 'prom-client';
import {
  announce,
  announcement,
  type Bus,
  type Consumer,
  type ConsumersOptions,
  consumers,
  openBus,
  outboxRelay,
  type Relay,
  type RelayOptions,
} from '../src/index.ts';

export interface Moved {
  readonly entity: string;
  readonly version: number;
}

const codec = {
  fromJSON: (json: unknown): Moved => {
    const { entity, version } = json as Partial<Moved>;
    return { entity: entity ?? '', version: version ?? 0 };
  },
  toJSON: (message: Moved): unknown => message,
};

export const SERVICE = 'shop';
export const STREAM = 'EVT_SHOP';
export const moved: EventType<Moved> = { subject: 'evt.shop.item.moved.v1', codec };
export const removed: EventType<Moved> = { subject: 'evt.shop.item.removed.v1', codec };

export interface Platform {
  readonly database: Database;
  readonly databaseUrl: string;
  readonly nats: RunningServer;
  /** A bus of its own; by default directly to the server. */
  readonly bus: (url?: string) => Promise<Bus>;
  /** A relay that has been started, on a bus of its own. */
  readonly relay: (options?: Partial<RelayOptions>) => Promise<Relay>;
  /** Consumers that have been started, on a bus of their own. */
  readonly consume: (definitions: readonly Consumer[], options?: Partial<ConsumersOptions>) => Promise<Part>;
  readonly close: () => Promise<void>;
}

/** Everything that is opened through it is closed by `close`, last first. */
export async function openPlatform(options: ServerOptions = {}): Promise<Platform> {
  const [nats, clone] = await Promise.all([privateNats(options), cloneDatabase('platform', { label: 'messaging' })]);
  const database = openDatabase({ url: clone.url, poolSize: 8, log: silentLogger });
  await database.start?.();
  const opened: { stop?: () => Promise<void> }[] = [];
  const bus = async (url = nats.url): Promise<Bus> => {
    const made = openBus({ url, name: 'test', log: silentLogger });
    await made.start?.();
    opened.push(made);
    return made;
  };
  return {
    database,
    databaseUrl: clone.url,
    nats,
    bus,
    relay: async (more = {}) => {
      const made = outboxRelay({
        service: SERVICE,
        databaseUrl: clone.url,
        bus: more.bus ?? (await bus()),
        log: silentLogger,
        metrics: new Registry(),
        ...more,
      });
      await made.start?.();
      opened.push(made);
      return made;
    },
    consume: async (definitions, more = {}) => {
      const made = consumers(
        {
          service: 'depot',
          bus: more.bus ?? (await bus()),
          database,
          log: silentLogger,
          metrics: new Registry(),
          ...more,
        },
        definitions,
      );
      await made.start?.();
      opened.push(made);
      return made;
    },
    close: async () => {
      for (const part of opened.reverse()) await part.stop?.();
      await database.stop?.();
      await nats.stop();
    },
  };
}

/** Announces the next versions of an entity, as a command would that has locked its row. */
export async function move(tx: Sql, entity: string, from: number, count = 1): Promise<void> {
  const versions = Array.from({ length: count }, (_, index) => from + index);
  await announce(
    tx,
    versions.map((version) =>
      announcement(moved, { entity, version }, { entityId: entity, entityVersion: BigInt(version) }),
    ),
  );
}
