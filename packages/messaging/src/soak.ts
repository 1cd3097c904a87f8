/**
 * The long proof of the bus: writers that stall and roll back, three relays that are killed, frozen and fail, a server
 * that is killed, stays away, loses its stream and gets old files back. Afterwards every committed event must be in the
 * stream once, one item's in order, noted where it is, and must have had its effect on a consumer once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { streamOf } from '@fanfare/contracts';
import { type Database, migrate, openDatabase } from '@fanfare/database';
import { silentLogger } from '@fanfare/kit';
import { seededChance } from '@fanfare/testing/chance';
import { startPostgres } from '@fanfare/testing/servers';
import { Registry } from 'prom-client';
import { type Bus, openBus } from './bus.ts';
import { consumers } from './consumer/consumers.ts';
import { defineConsumer } from './consumer/define.ts';
import { findProblems } from './soak/check.ts';
import { type Fault, startFaults } from './soak/faults.ts';
import { itemMoved, SERVICE, TABLES } from './soak/item.ts';
import { write } from './soak/writers.ts';

export interface SoakOptions {
  /** Decides which faults strike and when; what the machine makes of it is its own affair. */
  readonly seed: number;
  /** How long faults strike; setting up and calming down take some seconds more. */
  readonly seconds: number;
  /** How long NATS stays away at most. Default 5 s; 60 in the long form. */
  readonly awayMs?: number;
  /** Told what happens, a line at a time. */
  readonly report: (line: string) => void;
}

export interface SoakResult {
  readonly ok: boolean;
  readonly events: number;
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
  /** At most twenty. */
  readonly problems: readonly string[];
}

/** A stream that lost 100,000 events is completed in a minute or two while one publish in 500 fails. */
const SETTLE_TIMEOUT_MS = 300_000;
const PROBLEMS_SHOWN = 20;
const log = silentLogger;

/** Runs on servers of its own and leaves nothing behind. @throws when they do not start or the bus does not calm down */
export async function soakBus(options: SoakOptions): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'fanfare-soak-bus-'));
  await using opened = new AsyncDisposableStack();
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const postgres = await startPostgres({});
  opened.defer(() => postgres.stop());
  await migrate(postgres.url, folder);
  const database = openDatabase({ url: postgres.url, poolSize: 16, log });
  opened.defer(async () => database.stop?.());
  await database.query(TABLES);

  let bus: Bus | undefined;
  const faults = await startFaults({
    chance: seededChance(options.seed),
    databaseUrl: postgres.url,
    folder,
    service: SERVICE,
    awayMs: options.awayMs ?? 5000,
    deleteStream: async () => (await bus?.manager())?.streams.delete(streamOf(SERVICE)),
  });
  opened.defer(faults.stop);
  bus = openBus({ url: faults.natsUrl, name: 'soak', log });
  await bus.start?.();
  opened.defer(async () => bus?.stop?.());
  const consuming = consumers({ service: SERVICE, bus, database, log, metrics: new Registry() }, [recorder]);
  await consuming.start?.();
  opened.defer(async () => consuming.stop?.());

  const { events, held } = await struckWriting(options, database, bus, faults.strike);
  options.report(`${events} events committed; waiting for the stream and the consumer`);
  await settled(database);
  const problems = [...held, ...(await findProblems(database, bus))];
  return {
    ok: problems.length === 0,
    events,
    faults: faults.counts(),
    problems: problems.slice(0, PROBLEMS_SHOWN),
  };
}

const recorder = defineConsumer({
  durable: 'soak-item',
  event: itemMoved,
  handleBatch: ({ tx, events }) =>
    tx.query('insert into effects select * from unnest($1::int[], $2::int[])', [
      events.map(({ message }) => message.item),
      events.map(({ message }) => message.version),
    ]),
});

interface Written {
  /** Committed. */
  readonly events: number;
  /** One for each time that commits waited for NATS to come back. */
  readonly held: readonly string[];
}

/** Writes while faults strike. */
async function struckWriting(
  { seed, seconds, report }: SoakOptions,
  database: Database,
  bus: Bus,
  strike: () => Promise<Fault>,
): Promise<Written> {
  const calm = new AbortController();
  const writing = write(database, seed, calm.signal, () => bus.tell(`wake.${SERVICE}`));
  const held: string[] = [];
  const end = performance.now() + seconds * 1000;
  const pauses = seededChance(seed + 1);
  while (performance.now() < end) {
    await delay(pauses.between(300, 3000));
    try {
      const before = await committed(database);
      const fault = await strike();
      const meanwhile = (await committed(database)) - before;
      report(`${fault}; ${meanwhile} events committed meanwhile`);
      if (fault === 'NATS away' && meanwhile === 0) held.push('nothing was committed while NATS was away');
    } catch (error) {
      // A stream cannot be deleted while its server is away: that is another fault already.
      report(`no fault: ${String(error)}`);
    }
  }
  calm.abort();
  return { events: await writing, held };
}

/** How many events so far. */
async function committed(database: Database): Promise<number> {
  const { rows } = await database.query<{ count: number }>('select coalesce(sum(version), 0)::int as count from items');
  return rows[0]?.count ?? 0;
}

/** Waits until nothing is on its way. */
async function settled(database: Database): Promise<void> {
  const deadline = performance.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    const { rows } = await database.query<{ waiting: number; missing: number }>(
      `select (select count(*)::int from platform.outbox) as waiting,
              (select sum(version)::int from items) - (select count(*)::int from effects) as missing`,
    );
    const [now] = rows;
    if (now?.waiting === 0 && now.missing <= 0) return;
    if (performance.now() > deadline) throw new Error(`not settled in time: ${JSON.stringify(now)}`);
    await delay(200);
  }
}
