import { eventually } from '@fanfare/testing';
import { expect, it } from 'vitest';
import { coins, grant, receiptOf, testLedger } from './ledger.ts';

const ledger = testLedger();

const connections = async (name: string): Promise<number> =>
  (
    await ledger.sql('select 1 from pg_stat_activity where datname = current_database() and application_name = $1', [
      name,
    ])
  ).length;
const killWriters = (): Promise<object[]> =>
  ledger.sql(`select pg_terminate_backend(pid) from pg_stat_activity
               where application_name = 'economy-ledger' and datname = current_database()`);

it('a session that is lost takes its second connection with it', async () => {
  for (let loss = 0n; loss < 6n; loss += 1n) {
    for (let user = 0n; user < 3n; user += 1n) {
      receiptOf(await ledger.engine.post(grant(100n + 10n * loss + user, 1n), 0));
    }
    await killWriters();
  }
  receiptOf(await ledger.engine.post(grant(99n, 1n), 0));
  await eventually(async () => {
    expect(await connections('economy-ledger')).toBe(1);
    expect(await connections('economy-ledger-reader')).toBeLessThanOrEqual(1);
  });
});

it('a database that takes no connections, or writes nothing, is waited out, and nobody is told that it is their fault', async () => {
  const [{ name } = { name: '' }] = await ledger.sql<{ name: string }>('select current_database() as name');
  await ledger.sql(`alter database "${name}" set default_transaction_read_only = on`);
  await killWriters();
  const verdict = ledger.engine.post(grant(1n, 5n), 0);
  await eventually(async () => expect(ledger.engine.problem?.()).toContain('database'));
  await ledger.sql(`alter database "${name}" reset default_transaction_read_only`);
  expect(receiptOf(await verdict).balances[0]).toBe(5n);
  expect(ledger.engine.problem?.() ?? null).toBeNull();
  expect(await ledger.sql('select balance_minor from accounts where id = $1', [coins(1n)])).toEqual([
    { balance_minor: '5' },
  ]);
});
