import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneDatabase, eventually, type FaultProxy, faultProxy, type TestDatabase } from '../src/index.ts';

let database: TestDatabase;
let proxy: FaultProxy;
beforeAll(async () => {
  database = await cloneDatabase('platform');
  proxy = await faultProxy(database.url);
});
afterAll(async () => {
  await proxy.close();
  await database.drop();
});

async function open(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: proxy.url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {}); // a cut connection is what these tests are about
  await client.connect();
  return client;
}

it('cut ends open connections and refuses new ones until pass', async () => {
  const client = await open();
  proxy.cut();
  await expect(client.query('select 1')).rejects.toThrow();
  await expect(open()).rejects.toThrow();
  proxy.pass();
  const again = await open();
  expect((await again.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await again.end();
});

it('stall holds a request until pass, and loses nothing', async () => {
  const client = await open();
  proxy.stall();
  let answered = false;
  const answer = client.query('select 2 as two').then((result) => {
    answered = true;
    return result.rows;
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(answered).toBe(false);
  proxy.pass();
  expect(await answer).toEqual([{ two: 2 }]);
  await client.end();
});

it('lost answers leave the work done and the client in doubt', async () => {
  const client = await open();
  proxy.loseAnswers();
  const lost = client.query('create table done_in_doubt (id int)');
  const direct = new pg.Client({ connectionString: database.url });
  await direct.connect();
  await eventually(async () => {
    const { rows } = await direct.query("select to_regclass('done_in_doubt')::text as found");
    expect(rows).toEqual([{ found: 'done_in_doubt' }]);
  });
  await direct.end();
  proxy.cut();
  await expect(lost).rejects.toThrow();
  proxy.pass();
});

it('delay keeps the order of what passes', async () => {
  proxy.delay(5);
  const client = await open();
  const answers: number[] = [];
  for (const n of [1, 2, 3]) answers.push((await client.query('select $1::int as n', [n])).rows[0].n);
  expect(answers).toEqual([1, 2, 3]);
  proxy.delay(0);
  await client.end();
});
