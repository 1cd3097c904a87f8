import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readTrialBalance } from '../src/proof/trial-balance.ts';
import { verifyLedger } from '../src/proof/verify.ts';
import { coins, grant, pay, testLedger } from './ledger.ts';

const ledger = testLedger();
/** Reaches past triggers and privileges, as somebody with the server's disk would. */
let intruder: pg.Client;

beforeAll(async () => {
  intruder = new pg.Client({ connectionString: ledger.database.adminUrl });
  await intruder.connect();
  await intruder.query('set session_replication_role = replica');
});
afterAll(() => intruder.end());

const ZEROS = [0n, 0n, 0n];

/** Rows of entries that the tests' own connection has read so far. */
async function entriesRead(): Promise<number> {
  const [read] = await ledger.sql<{ rows: string }>(
    `select seq_tup_read + idx_tup_fetch as rows from pg_stat_xact_user_tables where relname = 'entries'`,
  );
  return Number(read?.rows);
}

it('is nothing before the first posting', async () => {
  const nothing = { accounts: ZEROS, entries: ZEROS, journals: 0n, entryCount: 0n };
  expect(await readTrialBalance(ledger.connection)).toEqual(nothing);
});

it('counts every journal and entry, and no refusal or repeat', async () => {
  const first = grant(1n, 1000n);
  await Promise.all([first, grant(2n, 500n), first, pay(3n, 1n, 1n)].map((each) => ledger.engine.post(each, 0)));
  await Promise.all([pay(1n, 2n, 7n), pay(2n, 4n, 9n), first].map((each) => ledger.engine.post(each, 0)));
  const [counted] = await ledger.sql<{ journals: string; entries: string }>(
    'select (select count(*) from journals) as journals, (select count(*) from entries) as entries',
  );
  expect(counted).toEqual({ journals: '4', entries: '8' });
  const balance = { accounts: ZEROS, entries: ZEROS, journals: 4n, entryCount: 8n };
  expect(await readTrialBalance(ledger.connection)).toEqual(balance);
});

it('counts no events that are no journals', async () => {
  await ledger.sql('update ledger_head set outbox_id = outbox_id + 3, notices = notices + 3');
  expect(await readTrialBalance(ledger.connection)).toMatchObject({ journals: 4n, entryCount: 8n });
  expect((await verifyLedger({ databaseUrl: ledger.database.url })).firstProblem).toBeNull();
});

it('looks at no posted row but the newest entry of each account', async () => {
  await intruder.query('begin; lock table journals, batches in access exclusive mode');
  await ledger.sql(`begin; set local lock_timeout = '1s'; set local enable_seqscan = off`);
  try {
    const before = await entriesRead();
    await readTrialBalance(ledger.connection);
    expect((await entriesRead()) - before).toBe(4); // users 1, 2, 4 and the issuance
  } finally {
    await ledger.sql('rollback');
    await intruder.query('rollback');
  }
});

it.each([
  ['accounts', `update accounts set balance_minor = balance_minor + $1 where id = ${coins(2n)}`],
  [
    'entries',
    `update entries set balance_after_minor = balance_after_minor + $1
                where account_id = ${coins(2n)} and seq = (select seq from accounts where id = ${coins(2n)})`,
  ],
] as const)('shows what is wrong with the %s', async (where, change) => {
  await intruder.query(change, [5]);
  const balance = await readTrialBalance(ledger.connection);
  await intruder.query(change, [-5]);
  expect(balance).toEqual({ accounts: ZEROS, entries: ZEROS, journals: 4n, entryCount: 8n, [where]: [5n, 0n, 0n] });
});

it('shows that the newest entry of an account is gone', async () => {
  await intruder.query(`begin; delete from entries where account_id = ${coins(4n)}`);
  const { entries } = await readTrialBalance(intruder);
  await intruder.query('rollback');
  expect(entries).toEqual([-9n, 0n, 0n]);
});
