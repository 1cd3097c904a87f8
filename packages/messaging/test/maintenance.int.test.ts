import { afterAll, beforeAll, expect, it } from 'vitest';
import { pruneInbox } from '../src/consumer/inbox.ts';
import { maintainPartitions } from '../src/outbox/partitions.ts';
import { openPlatform, type Platform } from './platform.ts';

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
  await maintainPartitions(platform.database);
  const names = await partitions();
  expect(names).toHaveLength(4);
  expect(names).not.toContain('outbox_sent_20200101');
  const { rows } = await platform.database.query<{ message_id: string }>('select message_id from platform.outbox_sent');
  expect(rows).toEqual([{ message_id: '40 hours' }]);
});

it('leaves a day in the default partition when its rows are there already', async () => {
  const { rows } = await platform.database.query<{ name: string }>(
    `select 'outbox_sent_' || to_char(now() at time zone 'utc', 'YYYYMMDD') as name`,
  );
  await platform.database.query(`drop table platform.${rows[0]?.name}`);
  await sendAt('0 hours');
  await maintainPartitions(platform.database);
  expect(await partitions()).not.toContain(rows[0]?.name);
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
