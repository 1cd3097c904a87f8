import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issuance } from '../src/ledger/accounts.ts';
import { verifyLedger } from '../src/proof/verify.ts';
import { coins, grant, pay, testLedger } from './ledger.ts';

const ledger = testLedger();
/** Reaches past triggers and privileges, as somebody with the server's disk would. */
let intruder: pg.Client;

beforeAll(async () => {
  for (let round = 0; round < 3; round += 1) {
    await Promise.all([1n, 2n, 3n].map((user) => ledger.engine.post(grant(user, 1000n), 0)));
    await Promise.all([1n, 2n, 3n].map((user) => ledger.engine.post(pay(user, 4n, 100n + user), 0)));
  }
  intruder = new pg.Client({ connectionString: ledger.database.adminUrl });
  await intruder.connect();
  await intruder.query('set session_replication_role = replica');
});
afterAll(() => intruder.end());

const verify = () => verifyLedger({ databaseUrl: ledger.database.url });

describe('verification', () => {
  it('passes a ledger as it was posted, counts it, and tells how far it is', async () => {
    const progress: number[] = [];
    const result = await verifyLedger({
      databaseUrl: ledger.database.url,
      onProgress: (done, total) => progress.push(done / total),
    });
    expect(result).toEqual({ ok: true, journals: 18, entries: 36, firstProblem: null });
    expect(progress.at(-1)).toBe(1);
  });

  it('passes a ledger that is being posted to', async () => {
    let posting = true;
    const load = (async () => {
      for (let user = 100n; posting; user += 1n) await ledger.engine.post(grant(user, 5n), 0);
    })();
    for (let round = 0; round < 10; round += 1) expect((await verify()).firstProblem).toBeNull();
    posting = false;
    await load;
  });

  const entry = `account_id = ${coins(4n)} and seq = 2`;
  const journal = `id = (select journal_id from entries where ${entry})`;
  it.each([
    ['an amount', `update entries set minor = minor + $1 where ${entry}`],
    ['a running balance', `update entries set balance_after_minor = balance_after_minor + $1 where ${entry}`],
    ['an entry time', `update entries set created_at = created_at + $1 * interval '1 ms' where ${entry}`],
    ['a journal time', `update journals set posted_at = posted_at + $1 * interval '1 ms' where ${journal}`],
    ['a receipt', `update journals set diamond_minor = diamond_minor + $1 where ${journal}`],
    ['a user', `update journals set user_id = user_id + $1 where ${journal}`],
    ['a batch number', `update journals set batch = batch + $1 where ${journal}`],
    ['a balance', `update accounts set balance_minor = balance_minor + $1 where id = ${coins(4n)}`],
    ['a count', `update accounts set seq = seq + $1 where id = ${coins(4n)}`],
    ['the head', 'update ledger_head set batch = batch + $1'],
    ['the count of events', 'update ledger_head set outbox_id = outbox_id + $1'],
    [
      'a batch hash',
      `update batches set hash = set_byte(hash, 3, (get_byte(hash, 3) + $1 + 256) % 256) where number = 2`,
    ],
    [
      'two balances that cancel out',
      `update accounts set balance_minor = balance_minor + case id when ${coins(4n)} then $1 else -$1 end
        where id in (${coins(4n)}, ${issuance('COIN')})`,
    ],
  ])('finds a change of %s', async (_, change) => {
    await intruder.query(change.replaceAll('$1', '(1)'));
    expect(await verify()).toMatchObject({ ok: false, firstProblem: expect.any(String) });
    await intruder.query(change.replaceAll('$1', '(-1)'));
    expect((await verify()).firstProblem).toBeNull();
  });

  it.each([
    ['action', 'entries', entry],
    ['context', 'journals', journal],
    ['intent', 'journals', journal],
    ['reason', 'journals', journal],
    ['operation', 'journals', journal],
  ])('finds another %s', async (column, table, where) => {
    await intruder.query(`update ${table} set ${column} = ${column} || '!' where ${where}`);
    expect(await verify()).toMatchObject({ ok: false, firstProblem: expect.stringContaining('hash') });
    await intruder.query(`update ${table} set ${column} = left(${column}, -1) where ${where}`);
    expect((await verify()).firstProblem).toBeNull();
  });

  it.each([
    ['entry', 'entries', entry],
    ['journal', 'journals', journal],
    ['batch', 'batches', 'number = 2'],
    ['account', 'accounts', `id = ${coins(4n)}`],
  ])('finds a missing %s', async (_, table, where) => {
    await intruder.query(`create temp table taken as select * from ${table} where ${where}`);
    await intruder.query(`delete from ${table} where ${where}`);
    expect(await verify()).toMatchObject({ ok: false, firstProblem: expect.any(String) });
    await intruder.query(`insert into ${table} select * from taken`);
    await intruder.query('drop table taken');
    expect((await verify()).firstProblem).toBeNull();
  });

  it('finds a journal that was slipped in', async () => {
    const id = '00000000-0000-5000-8000-000000000001';
    await intruder.query(`insert into journals select '${id}', batch, operation, intent, context, reason, user_id,
      coin_minor, diamond_minor, point_minor, entry_keys, tenant_id, posted_at from journals limit 1`);
    expect((await verify()).firstProblem).toContain('journals');
    await intruder.query(`delete from journals where id = '${id}'`);
  });
});
