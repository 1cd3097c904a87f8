import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@fanfare/testing';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../src/posting/engine.ts';
import { verifyLedger } from '../src/proof/verify.ts';
import { coins, grant, pay, reasonOf, receiptOf, testLedger } from './ledger.ts';

const ledger = testLedger();

/** Posts until the engine knows these users' accounts and is not reading first any more. */
async function warm(engine: Engine, ...users: readonly bigint[]): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    for (const user of users) receiptOf(await engine.post(grant(user, 100n), 0));
  }
}

const waitingForHead = async (count: number): Promise<void> =>
  eventually(async () => {
    const [row] = await ledger.sql<{ waiting: string }>(`
      select count(*) as waiting from pg_stat_activity
       where application_name = 'economy-ledger' and wait_event_type = 'Lock' and datname = current_database()`);
    expect(Number(row?.waiting)).toBe(count);
  });

describe('an engine that knows the accounts', () => {
  it('sees what somebody else has changed in one before its next batch', async () => {
    await warm(ledger.engine, 1n);
    await ledger.sql('update accounts set frozen = true where id = $1', [coins(1n)]);
    expect(reasonOf(await ledger.engine.post(pay(1n, 2n, 10n), 0))).toBe('ACCOUNT_FROZEN');
    await ledger.sql('update accounts set frozen = false, held_minor = 250 where id = $1', [coins(1n)]);
    expect(reasonOf(await ledger.engine.post(pay(1n, 2n, 51n), 0))).toBe('INSUFFICIENT_FUNDS');
    expect(reasonOf(await ledger.engine.post(pay(1n, 2n, 50n), 0))).toBe('accepted');
    await ledger.sql('update accounts set held_minor = 0 where id = $1', [coins(1n)]);
  });

  it('sees what another replica has posted', async () => {
    const other = await ledger.openEngine();
    await warm(ledger.engine, 3n);
    await warm(other, 3n);
    receiptOf(await ledger.engine.post(pay(3n, 4n, 590n), 0));
    expect(reasonOf(await other.post(pay(3n, 4n, 11n), 0))).toBe('INSUFFICIENT_FUNDS');
    expect(receiptOf(await other.post(pay(3n, 4n, 10n), 0)).balances).toEqual([0n, 0n, 0n]);
  });

  it('gives a repeat its first answer, accepted or refused, though it remembers none', async () => {
    await warm(ledger.engine, 5n);
    const accepted = pay(5n, 6n, 300n);
    const first = receiptOf(await ledger.engine.post(accepted, 0));
    const broke = pay(5n, 6n, 1n);
    expect(reasonOf(await ledger.engine.post(broke, 0))).toBe('INSUFFICIENT_FUNDS');
    await warm(ledger.engine, 5n);
    expect(receiptOf(await ledger.engine.post(accepted, 0))).toEqual({ ...first, repeated: true });
    await warm(ledger.engine, 5n);
    expect(reasonOf(await ledger.engine.post(broke, 0))).toBe('INSUFFICIENT_FUNDS');
  });

  it('does not refuse under an id what was accepted under it', async () => {
    await warm(ledger.engine, 7n);
    const all = pay(7n, 8n, 300n);
    const first = receiptOf(await ledger.engine.post(all, 0));
    // By what is known now there are no funds for it.
    expect(receiptOf(await ledger.engine.post(all, 0))).toEqual({ ...first, repeated: true });
    expect(await ledger.sql('select 1 from refusals where journal_id = $1', [all.journalId])).toEqual([]);
  });

  it('posts nothing on top of a batch that another replica has overtaken', async () => {
    const other = await ledger.openEngine();
    await warm(other, 9n);
    await warm(ledger.engine, 9n, 10n);
    await ledger.sql('begin');
    await ledger.sql('select from ledger_head for update');
    // The other one is first in the queue and leaves the head where our own first batch would have.
    const overtaking = other.post(pay(9n, 11n, 450n), 0);
    await waitingForHead(1);
    const first = ledger.engine.post(pay(9n, 11n, 200n), 0);
    await waitingForHead(2);
    const second = ledger.engine.post(grant(10n, 1n), 0);
    await delay(20);
    await ledger.sql('commit');
    expect((await Promise.all([overtaking, first, second])).map(reasonOf)).toEqual([
      'accepted',
      'INSUFFICIENT_FUNDS',
      'accepted',
    ]);
  });

  it('opens accounts that it knows not to exist, and notices when somebody else has', async () => {
    const other = await ledger.openEngine();
    await warm(ledger.engine, 12n);
    receiptOf(await ledger.engine.post(pay(12n, 13n, 1n), 0));
    receiptOf(await other.post(grant(14n, 5n), 0));
    await warm(ledger.engine, 12n);
    expect(receiptOf(await ledger.engine.post(grant(14n, 5n), 0)).balances).toEqual([10n, 0n, 0n]);
  });
});

it('what was posted ahead is what its entries say', async () => {
  expect(await verifyLedger({ databaseUrl: ledger.database.url })).toMatchObject({ ok: true, firstProblem: null });
});
