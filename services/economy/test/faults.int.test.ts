import { setTimeout as delay } from 'node:timers/promises';
import { type FaultProxy, faultProxy } from '@fanfare/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../src/posting/engine.ts';
import { verifyLedger } from '../src/proof/verify.ts';
import { coins, grant, receiptOf, testLedger } from './ledger.ts';

const ledger = testLedger();
let proxy: FaultProxy;
/** Reaches the database through the proxy; `ledger.engine` goes directly. */
let remote: Engine;

beforeAll(async () => {
  proxy = await faultProxy(ledger.database.url);
  remote = await ledger.openEngine(proxy.url);
  await remote.post(grant(1n, 1n), 0);
});
afterAll(() => proxy.close());

const journalsOf = async (id: string): Promise<number> =>
  (await ledger.sql('select 1 from journals where id = $1', [id])).length;

it('a commit whose answer was lost is found by its id, and is not made again', async () => {
  await ledger.sql(`
    create function pause() returns trigger language plpgsql as 'begin perform pg_sleep(0.2); return null; end';
    create trigger pause before insert on journals for each statement execute function pause()`);
  const once = grant(2n, 100n);
  const verdict = remote.post(once, 0);
  await delay(100); // inside the pause: the commit is on its way behind the write
  proxy.loseAnswers();
  while ((await journalsOf(once.journalId)) === 0) await delay(10);
  await ledger.sql('drop trigger pause on journals');
  proxy.cut();
  proxy.pass();
  expect(receiptOf(await verdict)).toMatchObject({ balances: [100n, 0n, 0n], repeated: true });
  expect(await journalsOf(once.journalId)).toBe(1);
});

it('a replica that freezes while it holds the head does not stop the others, and its command is not lost', async () => {
  proxy.delay(50);
  const frozen = grant(3n, 100n);
  const verdict = remote.post(frozen, 0);
  await delay(75); // the request has arrived, its answers have not
  proxy.stall();
  await Promise.all(Array.from({ length: 10 }, () => ledger.engine.post(grant(3n, 1n), 0)));
  proxy.delay(0);
  proxy.pass();
  expect((await verdict).type).toBe('accepted');
  const [row] = await ledger.sql<{ balance_minor: string }>('select balance_minor from accounts where id = $1', [
    coins(3n),
  ]);
  expect(row?.balance_minor).toBe('110');
});

it('while the database is away, a command is dropped when its caller leaves, and kept for one who stays', async () => {
  proxy.cut();
  const staying = remote.post(grant(4n, 5n), 0);
  const leaving = remote.post(grant(4n, 7n), 30);
  await delay(60);
  expect(remote.problem?.()).toContain('database');
  proxy.pass();
  expect((await leaving).type).toBe('dropped');
  expect(receiptOf(await staying).balances[0]).toBe(5n);
  expect(remote.problem?.()).toBeNull();
});

it('a server that falls silent while a second connection is opened does not stop the engine', async () => {
  const engine = await ledger.openEngine(proxy.url);
  receiptOf(await engine.post(grant(5n, 1n), 0));
  proxy.loseAnswers();
  // Somebody unknown: to look at their accounts beside the writer takes a connection, and its handshake is never answered.
  const verdict = engine.post(grant(6n, 5n), 0);
  await delay(300);
  proxy.pass();
  expect(receiptOf(await verdict).balances[0]).toBe(5n);
});

it('after all of that the ledger is what its entries say', async () => {
  expect(await verifyLedger({ databaseUrl: ledger.database.url })).toMatchObject({ ok: true, firstProblem: null });
});
