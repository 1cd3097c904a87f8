import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { coins, grant, testLedger } from './ledger.ts';

const ledger = testLedger();
beforeAll(async () => {
  await ledger.engine.post(grant(1n, 1000n), 0);
});

const insertEntries = (amounts: readonly (readonly [bigint, bigint])[]): Promise<object[]> =>
  ledger.sql(
    `insert into entries (account_id, seq, journal_id, minor, balance_after_minor, action, created_at)
     select account_id, 1000, $1, minor, 0, 'raw', now() from unnest($2::int8[], $3::int8[]) as row (account_id, minor)`,
    [randomUUID(), amounts.map(([account]) => account), amounts.map(([, minor]) => minor)],
  );

describe('the database refuses by itself', () => {
  it('a journal that does not sum to zero', async () => {
    const unbalanced = insertEntries([
      [coins(1n), -100n],
      [coins(2n), 99n],
    ]);
    await expect(unbalanced).rejects.toMatchObject({ code: '23514', constraint: 'entries_sum_to_zero' });
  });

  it('a journal that sums to zero only across assets', async () => {
    const mixed = insertEntries([
      [coins(1n), -100n],
      [coins(2n) + 1n, 100n],
    ]);
    await expect(mixed).rejects.toMatchObject({ constraint: 'entries_sum_to_zero' });
  });

  it('an overdraft, whatever the rules have let through', async () => {
    const overdraft = `update accounts set balance_minor = -1 where id = $1`;
    const held = `update accounts set held_minor = balance_minor + 1 where id = $1`;
    const refused = { constraint: 'accounts_balance_above_floor' };
    await expect(ledger.sql(overdraft, [coins(1n)])).rejects.toMatchObject(refused);
    await expect(ledger.sql(held, [coins(1n)])).rejects.toMatchObject(refused);
  });

  it('an account under another id than its own', async () => {
    const insert = `insert into accounts values ($1, 1, 7, 0, 0, 0, 0, 0, false, now())`;
    await expect(ledger.sql(insert, [coins(8n)])).rejects.toMatchObject({ constraint: 'accounts_id_computed' });
  });

  it.each(['journals', 'entries', 'batches'])('to change or remove %s, also for their owner', async (table) => {
    const refused = { code: '42501' };
    const [column] = { journals: ['reason'], entries: ['action'], batches: ['hash'] }[table] ?? [];
    await expect(ledger.sql(`update ${table} set ${column} = ${column}`)).rejects.toMatchObject(refused);
    await expect(ledger.sql(`delete from ${table}`)).rejects.toMatchObject(refused);
    await expect(ledger.sql(`truncate ${table}`)).rejects.toMatchObject(refused);
    // Even an owner who takes the privileges back meets the trigger.
    await ledger.sql(`grant update, delete, truncate on ${table} to current_user`);
    await expect(ledger.sql(`delete from ${table}`)).rejects.toMatchObject(refused);
    await expect(ledger.sql(`truncate ${table}`)).rejects.toMatchObject(refused);
    await ledger.sql(`revoke update, delete, truncate on ${table} from current_user`);
  });
});
