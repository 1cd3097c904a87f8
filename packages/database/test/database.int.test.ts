import { isUnavailable, silentLogger } from '@fanfare/kit';
import { cloneDatabase, faultProxy } from '@fanfare/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, one, openDatabase } from '../src/index.ts';

let database: Database;
let url: string;

beforeAll(async () => {
  ({ url } = await cloneDatabase('platform'));
  database = openDatabase({ url, poolSize: 4, log: silentLogger });
  await database.start?.();
  await database.query('create table counters (id int primary key, value int not null)');
});
beforeEach(() => database.query('truncate counters'));
afterAll(() => database.stop?.());

const counter = async (id: number): Promise<number> =>
  one(await database.query<{ value: number }>('select value from counters where id = $1', [id])).value;

test('a transaction that throws leaves nothing behind', async () => {
  const attempt = database.transaction(async (tx) => {
    await tx.query('insert into counters values (1, 1)');
    throw new Error('changed my mind');
  });
  await expect(attempt).rejects.toThrow('changed my mind');
  expect((await database.query('select 1 from counters')).rows).toEqual([]);
});

test('a transaction whose statement failed does not pretend to have committed', async () => {
  const attempt = database.transaction(async (tx) => {
    await tx.query('insert into counters values (1, 1)');
    await tx.query('insert into counters values (1, 1)').catch(() => {});
  });
  await expect(attempt).rejects.toThrow('aborted');
  expect((await database.query('select 1 from counters')).rows).toEqual([]);
});

test('two transactions that lock in opposite order both commit', async () => {
  await database.query('insert into counters values (1, 0), (2, 0)');
  let arrived = 0;
  let open = (): void => {};
  const both = new Promise<void>((resolve) => {
    open = resolve;
  });
  const bump = (first: number, second: number): Promise<void> =>
    database.transaction(async (tx) => {
      await tx.query('update counters set value = value + 1 where id = $1', [first]);
      arrived += 1;
      if (arrived === 2) open();
      await both;
      await tx.query('update counters set value = value + 1 where id = $1', [second]);
    });
  await Promise.all([bump(1, 2), bump(2, 1)]);
  expect([await counter(1), await counter(2)]).toEqual([2, 2]);
});

test('a connection that is killed in a transaction fails it, and the pool goes on', async () => {
  const attempt = database.transaction(async (tx) => {
    await tx.query('insert into counters values (1, 1)');
    const { pid } = one(await tx.query<{ pid: number }>('select pg_backend_pid() as pid'));
    await database.query('select pg_terminate_backend($1)', [pid]);
    await tx.query('select 1');
  });
  await expect(attempt).rejects.toThrow();
  await database.transaction((tx) => tx.query('insert into counters values (2, 2)'));
  expect(await counter(2)).toBe(2);
});

test('a server that has gone silent fails a transaction instead of holding its connection for ever', async () => {
  const proxy = await faultProxy(url);
  const remote = openDatabase({ url: proxy.url, poolSize: 1, log: silentLogger, statementTimeoutMs: 200 });
  await remote.start?.();
  proxy.stall();
  await expect(remote.transaction((tx) => tx.query('select 1'))).rejects.toSatisfy(isUnavailable);
  proxy.pass();
  await expect(remote.query('select 1')).resolves.toMatchObject({ rowCount: 1 });
  await remote.stop?.();
  await proxy.close();
});
