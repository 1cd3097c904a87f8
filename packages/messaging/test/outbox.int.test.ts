import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from '@fanfare/database';
import { eventually } from '@fanfare/testing';
import { headers } from '@nats-io/transport-node';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Bus, replay } from '../src/index.ts';
import { PLANNING } from '../src/outbox/leader-session.ts';
import { publisher } from '../src/outbox/publish.ts';
import { outboxTables, waitingAmong } from '../src/outbox/store.ts';
import { move, moved, openPlatform, type Platform, STREAM } from './platform.ts';
import { storedEvents, upTo, versionsOf } from './stored.ts';

let platform: Platform;
let bus: Bus;
beforeEach(async () => {
  platform = await openPlatform();
  bus = await platform.bus();
});
afterEach(() => platform.close());

const expectVersions = (expected: Record<string, number[]>): Promise<void> =>
  eventually(async () => expect(versionsOf(await storedEvents(bus))).toEqual(expected));

const rowsIn = async (table: 'outbox' | 'outbox_sent'): Promise<number> => {
  const { rows } = await platform.database.query<{ count: number }>(`select count(*)::int from platform.${table}`);
  return rows[0]?.count ?? 0;
};

it('publishes what was committed, in order, and nothing that was rolled back', async () => {
  const relay = await platform.relay();
  await platform.database.transaction((tx) => move(tx, 'a', 1, 600));
  const abandoned = platform.database.transaction(async (tx) => {
    await move(tx, 'gone', 1);
    throw new Error('refused after the announcement');
  });
  await expect(abandoned).rejects.toThrow('refused');
  await move(platform.database, 'a', 601);
  relay.wake();
  await expectVersions({ a: upTo(601) });
  await eventually(async () => expect(await rowsIn('outbox')).toBe(0));
  expect(await rowsIn('outbox_sent')).toBe(601);
});

it('finds what nobody woke it for', async () => {
  await platform.relay();
  await move(platform.database, 'a', 1);
  await expectVersions({ a: [1] });
});

it('loses nothing of a transaction that stalls between insert and commit while later ones go out', async () => {
  const relay = await platform.relay();
  const { promise: stalled, resolve: goOn } = Promise.withResolvers<void>();
  const { promise: inserted, resolve: hasInserted } = Promise.withResolvers<void>();
  const slow = platform.database.transaction(async (tx) => {
    await move(tx, 'slow', 1);
    hasInserted();
    await stalled;
  });
  await inserted;
  await move(platform.database, 'fast', 1, 300);
  relay.wake();
  await expectVersions({ fast: upTo(300) });
  goOn();
  await slow;
  relay.wake();
  await expectVersions({ fast: upTo(300), slow: [1] });
});

it('reorders, doubles and loses nothing when publishes fail in the middle of windows', async () => {
  const send = publisher(bus, STREAM);
  let count = 0;
  const relay = await platform.relay({
    bus,
    publish: async (event, lastSeq) => {
      count += 1;
      if (count % 97 === 0) throw new Error('never sent');
      const seq = await send(event, lastSeq);
      if (count % 89 === 0) throw new Error('sent, but the answer was lost');
      return seq;
    },
  });
  for (let version = 1; version <= 100; version += 1) {
    for (const entity of ['a', 'b', 'c']) await move(platform.database, entity, version);
    relay.wake();
  }
  await expectVersions({ a: upTo(100), b: upTo(100), c: upTo(100) });
});

it('publishes from one of several relays, and every replica can wake it', async () => {
  const relays = [await platform.relay(), await platform.relay(), await platform.relay()];
  await eventually(() => expect(relays.filter((relay) => relay.leading())).toHaveLength(1));
  for (let version = 1; version <= 90; version += 1) {
    await move(platform.database, 'a', version);
    relays[version % 3]?.wake();
  }
  await expectVersions({ a: upTo(90) });
  expect(relays.filter((relay) => relay.leading())).toHaveLength(1);
});

it('hands over to another relay when the leader stops', async () => {
  const first = await platform.relay();
  await eventually(() => expect(first.leading()).toBe(true));
  const second = await platform.relay();
  await first.stop?.();
  await eventually(() => expect(second.leading()).toBe(true));
});

it('notes the sequence of every event it sent', async () => {
  const relay = await platform.relay();
  await move(platform.database, 'a', 1, 300);
  relay.wake();
  await eventually(async () => expect(await rowsIn('outbox_sent')).toBe(300));
  const { rows } = await platform.database.query<{ message_id: string; stream_seq: string }>(
    'select message_id, stream_seq from platform.outbox_sent order by stream_seq',
  );
  const stored = await storedEvents(bus);
  expect(rows.map((row) => [row.message_id, Number(row.stream_seq)])).toEqual(
    stored.map((event) => [event.messageId, event.seq]),
  );
});

it('keeps days of sent events in partitions, and uses them', async () => {
  const relay = await platform.relay();
  await eventually(async () => {
    const { rows } = await platform.database.query<{ name: string }>(
      `select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
        where inhparent = 'platform.outbox_sent'::regclass`,
    );
    expect(rows).toHaveLength(4);
  });
  await move(platform.database, 'a', 1);
  relay.wake();
  await eventually(async () => expect(await rowsIn('outbox_sent')).toBe(1));
  const { rows } = await platform.database.query('select 1 from platform.outbox_sent_default');
  expect(rows).toHaveLength(0);
});

it('replays a range under new message ids and the same event ids, marked, after what is live', async () => {
  const relay = await platform.relay();
  await move(platform.database, 'a', 1, 10);
  relay.wake();
  await eventually(async () => expect(await rowsIn('outbox_sent')).toBe(10));
  expect(await replay(platform.database, { fromSeq: 3n, toSeq: 7n })).toBe(5);
  relay.wake();
  await eventually(async () => expect(await rowsIn('outbox_sent')).toBe(15));
  const stored = await storedEvents(bus);
  const again = stored.slice(10);
  expect(again.map(({ version, replayed }) => [version, replayed])).toEqual([3, 4, 5, 6, 7].map((v) => [v, true]));
  expect(again.map((event) => event.eventId)).toEqual(stored.slice(2, 7).map((event) => event.eventId));
  expect(new Set(stored.map((event) => event.messageId)).size).toBe(15);
  expect(await replay(platform.database, {})).toBe(10);
});

it('leads on over messages that no relay has published, whatever they say they are', async () => {
  const first = await platform.relay();
  await eventually(() => expect(first.leading()).toBe(true));
  await first.stop?.();
  for (const outboxId of ['', '1', 'x', '-1', '9999999999999999999']) {
    const made = headers();
    made.set('fanfare-outbox-id', outboxId);
    await bus.jetstream().publish(moved.subject, '{}', { headers: made, msgID: `zero\u0000byte ${outboxId}` });
  }
  await move(platform.database, 'a', 1, 2);
  await platform.relay();
  await eventually(async () => expect(versionsOf((await storedEvents(bus)).slice(5))).toEqual({ a: [1, 2] }));
});

it('looks for published events among those that wait without reading all of them', async () => {
  await move(platform.database, 'a', 1, 5000);
  const plans: string[] = [];
  const explaining: Sql = {
    query: async (text, values) => {
      const { rows } = await platform.database.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      return { rows: [], rowCount: 0 };
    },
  };
  await waitingAmong(explaining, [{ messageId: 'm', outboxId: '7' }]);
  expect(plans).toEqual([expect.stringContaining('outbox_pkey')]);
  await waitingAmong(explaining, []);
  expect(plans).toHaveLength(1);
});

it('reads the oldest events without sorting all that wait, although the planner knows nothing of them', async () => {
  await platform.database.query('vacuum analyze platform.outbox');
  await platform.database.query(
    `insert into platform.outbox (message_id, subject, headers, payload)
     select n, 'evt.shop.item.moved.v1', repeat('h', 400), repeat('p', 1200) from generate_series(1, 40000) n`,
  );
  const client = new pg.Client({ connectionString: platform.databaseUrl, options: PLANNING });
  await client.connect();
  const plans: string[] = [];
  const explaining: Sql = {
    query: async (text, values) => {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      return { rows: [], rowCount: 0 };
    },
  };
  await outboxTables(explaining)
    .waiting(1024)
    .finally(() => client.end());
  expect(plans).toEqual([expect.stringContaining('outbox_pkey')]);
  expect(plans[0]).not.toContain('Sort');
});

it('publishes nothing while no relay runs, and everything when one does', async () => {
  await move(platform.database, 'a', 1, 3);
  await delay(50);
  await platform.relay();
  await expectVersions({ a: [1, 2, 3] });
});
