import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { debtOf, floorOf } from '../src/ledger/accounts.ts';
import { coins, command, grant, receiptOf, testLedger } from './ledger.ts';

const ledger = testLedger();
const holding = command([], {
  hold: { type: 'reserve', accountId: coins(1n), minor: 100n, expiresAt: new Date('2999-01-01') },
});
beforeAll(async () => {
  await ledger.engine.post(grant(1n, 1000n), 0);
  receiptOf(await ledger.engine.post(holding, 0));
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

  it('a debt that is none', async () => {
    const debt = debtOf(coins(1n));
    const insert = `insert into accounts values ($1, 5, 1, 0, $2, 0, $3, 0, false, now())`;
    await expect(ledger.sql(insert, [debt, 1, 0])).rejects.toMatchObject({ constraint: 'accounts_debt_not_positive' });
    await ledger.sql(insert, [debt, -1, floorOf(debt)]);
    const repaidTwice = ledger.sql('update accounts set balance_minor = 1 where id = $1', [debt]);
    await expect(repaidTwice).rejects.toMatchObject({ constraint: 'accounts_debt_not_positive' });
  });

  it('a hold that is resolved twice, changed, captured beyond what is held, or removed', async () => {
    const { journalId } = holding;
    const set = (columns: string) => ledger.sql(`update holds set ${columns} where id = $1`, [journalId]);
    const resolved = `resolved_by = gen_random_uuid(), resolved_at = now()`;
    await expect(set(`minor = 1`)).rejects.toMatchObject({ constraint: 'holds_resolved_once' });
    await expect(set(`account_id = account_id + 64`)).rejects.toMatchObject({ constraint: 'holds_resolved_once' });
    await expect(set(`status = 'captured', captured_minor = 101, ${resolved}`)).rejects.toMatchObject({
      constraint: 'holds_captured_at_most_held',
    });
    await expect(set(`status = 'captured', ${resolved}`)).rejects.toMatchObject({
      constraint: 'holds_captured_says_what',
    });
    await expect(set(`status = 'voided'`)).rejects.toMatchObject({ constraint: 'holds_resolved_says_when' });
    await expect(set(`status = 'paid', ${resolved}`)).rejects.toMatchObject({ constraint: 'holds_status_known' });
    await set(`status = 'voided', ${resolved}`);
    await expect(set(`status = 'captured', captured_minor = 100`)).rejects.toMatchObject({
      constraint: 'holds_resolved_once',
    });
    await expect(ledger.sql('delete from holds where id = $1', [journalId])).rejects.toMatchObject({ code: '42501' });
    await expect(ledger.sql('truncate holds')).rejects.toMatchObject({ code: '42501' });
  });

  it('a limit that is used less than not at all', async () => {
    const insert = `insert into limit_counters values ('points:1', -1, now())`;
    await expect(ledger.sql(insert)).rejects.toMatchObject({ constraint: 'limit_counters_used_not_negative' });
  });

  it('a payment that is refunded beyond what was paid, or of nothing', async () => {
    const insert = `insert into payments (payment_id, user_id, coins_minor, fiat_currency, fiat_minor, provider, provider_ref)
                    values ($1, 1, $2, 'USD', 499, 'test', 'pi_1')`;
    await expect(ledger.sql(insert, ['p0', 0])).rejects.toMatchObject({ constraint: 'payments_coins_positive' });
    await ledger.sql(insert, ['p1', 100]);
    for (const refunded of [101, -1]) {
      const update = ledger.sql(`update payments set refunded_minor = $1 where payment_id = 'p1'`, [refunded]);
      await expect(update).rejects.toMatchObject({ constraint: 'payments_refunded_at_most_paid' });
    }
    await expect(ledger.sql(`insert into payment_refunds values ('p1', 're_1', 0)`)).rejects.toMatchObject({
      constraint: 'payment_refunds_coins_positive',
    });
  });

  it('a coin request that somebody decided without being named, or that nobody decided', async () => {
    const insert = (status: string, who: string) =>
      ledger.sql(`insert into coin_requests (id, user_id, amount_minor, seller_id, note, correlation_id, status,
                                             decided_by, decider, decided_as, decided_at)
                  values (gen_random_uuid(), 1, 100, 0, '', '', '${status}', ${who})`);
    const named = `1, 'user:1', 'admin', now()`;
    const unnamed = { constraint: 'coin_requests_decision_says_who' };
    await expect(insert('pending', named)).rejects.toMatchObject(unnamed);
    await expect(insert('approved', `1, 'user:1', null, now()`)).rejects.toMatchObject(unnamed);
    await expect(insert('deciding', 'null, null, null, null')).rejects.toMatchObject(unnamed);
    await expect(insert('rejected', `1, 'user:1', 'owner', now()`)).rejects.toMatchObject({
      constraint: 'coin_requests_decided_as_known',
    });
    await expect(insert('paid', named)).rejects.toMatchObject({ constraint: 'coin_requests_status_known' });
    await insert('approved', named);
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
