import { silentLogger } from '@fanfare/kit';
import { eventually } from '@fanfare/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pruneInbox } from '../src/consumer/inbox.ts';
import { maintainPartitions } from '../src/outbox/partitions.ts';
import { move, openPlatform, type Platform } from './platform.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform();
});
afterAll(() => platform.close());

const partitions = async (): Promise<string[]> => {
  const { rows } = await platform.database.query<{ name: string }>(
    `select relname::text as name from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = 'platform.outbox_sent'::regclass order by relname`,
  );
  return rows.map((row) => row.name);
};

const sendAt = (age: string): Promise<unknown> =>
  platform.database.query(
    `insert into platform.outbox_sent (id, message_id, subject, headers, payload, created_at, stream_seq, sent_at)
     values (1, $1::text, 'evt.shop.item.moved.v1', '{}', '{}', now(), 1, now() - $1::text::interval)`,
    [age],
  );

it('prepares days, drops the ones that are over, and empties the default partition of old rows', async () => {
  await platform.database.query(
    "create table platform.outbox_sent_20200101 partition of platform.outbox_sent for values from ('2020-01-01+00') to ('2020-01-02+00')",
  );
  await sendAt('80 hours');
  await sendAt('40 hours');
  await maintainPartitions(platform.database, silentLogger);
  const names = await partitions();
  expect(names).toHaveLength(4);
  expect(names).not.toContain('outbox_sent_20200101');
  const { rows } = await platform.database.query<{ message_id: string }>('select message_id from platform.outbox_sent');
  expect(rows).toEqual([{ message_id: '40 hours' }]);
});

const today = async (): Promise<string> => {
  const { rows } = await platform.database.query<{ name: string }>(
    `select 'outbox_sent_' || to_char(now() at time zone 'utc', 'YYYYMMDD') as name`,
  );
  return rows[0]?.name ?? '';
};

const rowsIn = async (table: string): Promise<number> => {
  const { rows } = await platform.database.query<{ count: number }>(`select count(*)::int from platform.${table}`);
  return rows[0]?.count ?? 0;
};

it('moves what the default partition has of a day into the day', async () => {
  await platform.database.query(`drop table platform.${await today()}`);
  await sendAt('0 hours');
  await maintainPartitions(platform.database, silentLogger);
  expect(await partitions()).toContain(await today());
  expect(await rowsIn(await today())).toBe(1);
  await sendAt('0 hours');
  expect(await rowsIn(await today())).toBe(2);
});

it('empties the default partition of all that is too old, and does the rest when a step fails', async () => {
  await platform.database.query(
    `insert into platform.outbox_sent (id, message_id, subject, headers, payload, created_at, stream_seq, sent_at)
     select n, n, 'evt.shop.item.moved.v1', '{}', '{}', now(), n, now() - interval '80 hours'
       from generate_series(1, 12000) n`,
  );
  await platform.database.query(`drop table platform.${await today()}`);
  await platform.database.query(
    `create table platform.outbox_sent_20200101 partition of platform.outbox_sent
       for values from ('2020-01-01+00') to ('2020-01-02+00')`,
  );
  await platform.database.query('create view platform.reader as select id from platform.outbox_sent_20200101');
  expect(await maintainPartitions(platform.database, silentLogger)).toBe(false);
  expect(await partitions()).toEqual(expect.arrayContaining(['outbox_sent_20200101', await today()]));
  const { rows } = await platform.database.query(
    `select 1 from platform.outbox_sent_default where sent_at < now() - interval '72 hours'`,
  );
  expect(rows).toEqual([]);
  await platform.database.query('drop view platform.reader');
  expect(await maintainPartitions(platform.database, silentLogger)).toBe(true);
});

it('notes in its day what waited before the first relay ever started', async () => {
  const fresh = await openPlatform();
  try {
    await move(fresh.database, 'a', 1, 3);
    await fresh.relay();
    await eventually(async () => {
      const { rows } = await fresh.database.query<{ place: string; count: number }>(
        'select tableoid::regclass::text as place, count(*)::int from platform.outbox_sent group by 1',
      );
      expect(rows).toEqual([{ place: `platform.${await today()}`, count: 3 }]);
    });
  } finally {
    await fresh.close();
  }
});

it('forgets what a consumer handled more than eleven days ago', async () => {
  await platform.database.query(
    `insert into platform.inbox (consumer, event_id, received_at)
     select 'depot-item', n::text, now() - make_interval(days => 1 + n % 20) from generate_series(1, 12000) n`,
  );
  expect(await pruneInbox(platform.database)).toBe(12_000 * (10 / 20));
  const { rows } = await platform.database.query<{ count: number }>('select count(*)::int from platform.inbox');
  expect(rows).toEqual([{ count: 6000 }]);
});
