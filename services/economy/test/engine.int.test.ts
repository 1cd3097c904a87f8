import { randomUUID } from 'node:crypto';
import { eventually } from '@fanfare/testing';
import { describe, expect, it } from 'vitest';
import { issuance } from '../src/ledger/accounts.ts';
import type { LedgerCommand } from '../src/ledger/command.ts';
import { verifyLedger } from '../src/proof/verify.ts';
import { coins, command, grant, move, pay, reasonOf, receiptOf, testLedger } from './ledger.ts';

const ledger = testLedger();

const balanceOf = async (user: bigint): Promise<bigint> => {
  const [row] = await ledger.sql<{ balance_minor: string }>('select balance_minor from accounts where id = $1', [
    coins(user),
  ]);
  return BigInt(row?.balance_minor ?? 0);
};

describe('the engine', () => {
  it('opens the wallet with the first posting and answers with its balances', async () => {
    const receipt = receiptOf(await ledger.engine.post(grant(1n, 10_000n), 0));
    expect(receipt).toMatchObject({ balances: [10_000n, 0n, 0n], repeated: false });
    expect(await balanceOf(1n)).toBe(10_000n);
  });

  it('makes one journal of 100 identical commands at once, and 100 equal receipts', async () => {
    const same = grant(2n, 500n);
    const receipts = (await Promise.all(Array.from({ length: 100 }, () => ledger.engine.post(same, 0)))).map(receiptOf);
    expect(receipts.filter((receipt) => !receipt.repeated)).toHaveLength(1);
    expect(new Set(receipts.map(({ postedAt, balances }) => `${postedAt.toISOString()} ${balances}`)).size).toBe(1);
    expect(await balanceOf(2n)).toBe(500n);
  });

  it('gives a repeat the first receipt, whatever has changed since', async () => {
    await ledger.engine.post(grant(3n, 100n), 0);
    const first = pay(3n, 4n, 60n);
    const receipt = receiptOf(await ledger.engine.post(first, 0));
    await ledger.engine.post(pay(3n, 4n, 40n), 0);
    expect(receiptOf(await ledger.engine.post(first, 0))).toEqual({ ...receipt, repeated: true });
  });

  it('refuses an id that was used for something else by the name of the field', async () => {
    const first = grant(5n, 100n);
    await ledger.engine.post(first, 0);
    const verdict = await ledger.engine.post({ ...first, intent: [{ name: 'amount', value: '7' }] }, 0);
    expect(verdict).toMatchObject({ refusal: { reason: 'ID_REUSED', details: { field: 'amount' } } });
  });

  it('remembers a refusal for 24 hours and then forgets it', async () => {
    const broke = pay(6n, 7n, 50n);
    expect(reasonOf(await ledger.engine.post(broke, 0))).toBe('INSUFFICIENT_FUNDS');
    await ledger.engine.post(grant(6n, 100n), 0);
    expect(reasonOf(await ledger.engine.post(broke, 0))).toBe('INSUFFICIENT_FUNDS');
    const age = `update refusals set refused_at = refused_at - interval '24 hours' where journal_id = $1`;
    await ledger.sql(age, [broke.journalId]);
    expect((await ledger.engine.post(broke, 0)).type).toBe('accepted');
  });

  it('lets whichever came first under an id win, journal or refusal', async () => {
    const refusal = { kind: 'forbidden', reason: 'SENDER_BLOCKED', message: 'No.', details: { by: '1' } } as const;
    const refusedFirst = grant(8n, 5n);
    await ledger.engine.post({ ...refusedFirst, legs: [], refusal }, 0);
    expect(await ledger.engine.post(refusedFirst, 0)).toEqual({ type: 'refused', refusal });
    const postedFirst = grant(8n, 5n);
    await ledger.engine.post(postedFirst, 0);
    expect((await ledger.engine.post({ ...postedFirst, legs: [], refusal }, 0)).type).toBe('accepted');
    expect(await balanceOf(8n)).toBe(5n);
  });

  it('drops a command whose caller has left, without a trace', async () => {
    const late = grant(9n, 5n);
    await ledger.sql('begin');
    await ledger.sql('update ledger_head set version = version + 1');
    const verdict = ledger.engine.post(late, 20);
    await new Promise((resolve) => setTimeout(resolve, 40));
    await ledger.sql('commit');
    expect((await verdict).type).toBe('dropped');
    expect(await ledger.sql('select 1 from journals where id = $1', [late.journalId])).toEqual([]);
    expect((await ledger.engine.post(late, 0)).type).toBe('accepted');
  });

  it('refuses at once what does not fit in the queue', async () => {
    const small = await ledger.openEngine(ledger.database.url, 256);
    const posts = Array.from({ length: 300 }, () => small.post(grant(10n, 1n), 0));
    const results = await Promise.allSettled(posts);
    const overloaded = results.filter((result) => result.status === 'rejected');
    expect(overloaded).toHaveLength(44);
    expect(overloaded[0]?.reason).toMatchObject({ kind: 'exhausted', reason: 'OVERLOADED' });
    expect(await balanceOf(10n)).toBe(256n);
  });

  it('refuses only the command the database refuses, and posts all others of its batch in order', async () => {
    await ledger.sql(`alter table journals add constraint journals_poison check (operation <> 'poison')`);
    const poison = command(move(issuance('COIN'), coins(11n), 1n), { operation: 'poison' });
    const good = Array.from({ length: 40 }, () => grant(11n, 1n));
    const results = await Promise.allSettled(good.toSpliced(17, 0, poison).map((each) => ledger.engine.post(each, 0)));
    expect(results.flatMap((result, index) => (result.status === 'rejected' ? [index] : []))).toEqual([17]);
    const entries = await ledger.sql<{ journal_id: string }>(
      'select journal_id from entries where account_id = $1 order by seq',
      [coins(11n)],
    );
    expect(entries.map((entry) => entry.journal_id)).toEqual(good.map((each) => each.journalId));
    await ledger.sql('alter table journals drop constraint journals_poison');
  });

  const audit = { caller: 'user:1', action: 'wallet.grant', target: 'user:13', reason: 'gift', details: {} };
  it.each<[string, Partial<LedgerCommand>]>([
    ['read', { userId: 2n ** 60n }],
    ['judged', { intent: null as never }],
    ['written', { audit: { ...audit, details: { amount: 1n as never } } }],
  ])('refuses only the command that cannot be %s for a bug of ours, at once and for good', async (_when, wrong) => {
    const before = await balanceOf(13n);
    const batch = Array.from({ length: 20 }, () => grant(13n, 1n)).toSpliced(7, 0, { ...grant(13n, 1n), ...wrong });
    const results = await Promise.allSettled(batch.map((each) => ledger.engine.post(each, 0)));
    const refused = results.flatMap((result, n) => (result.status === 'rejected' ? [[n, result.reason.kind]] : []));
    expect(refused).toEqual([[7, 'internal']]);
    expect((await balanceOf(13n)) - before).toBe(20n);
  });

  it('writes the audit row of a command with its journal, once', async () => {
    const audit = { caller: 'user:1', action: 'wallet.grant', target: 'user:12', reason: 'gift', details: {} };
    const audited = { ...grant(12n, 1n), audit };
    await ledger.engine.post(audited, 0);
    await ledger.engine.post(audited, 0);
    const rows = await ledger.sql('select caller, reason, details, correlation_id from platform.audit_entries');
    const details = { journalId: audited.journalId };
    expect(rows).toEqual([{ caller: 'user:1', reason: 'gift', details, correlation_id: 'correlation' }]);
  });
});

describe('two engines on one database', () => {
  it('share ids, accounts and the chain without a double, a gap or a deadlock', async () => {
    const second = await ledger.openEngine();
    await ledger.engine.post(grant(20n, 1000n), 0);
    await ledger.engine.post(grant(21n, 1000n), 0);
    const commands = Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? pay(20n, 21n, 3n) : pay(21n, 20n, 3n)));
    const posts = commands.flatMap((each) => [ledger.engine.post(each, 0), second.post(each, 0)]);
    const receipts = (await Promise.all(posts)).map(receiptOf);
    expect(receipts.filter((receipt) => !receipt.repeated)).toHaveLength(200);
    expect([await balanceOf(20n), await balanceOf(21n)]).toEqual([1000n, 1000n]);
    const [gaps] = await ledger.sql<{ outbox: string; batches: string }>(`
      select (select max(id) - count(*) from platform.outbox) as outbox,
             (select max(number) - count(*) from batches) as batches`);
    expect(gaps).toEqual({ outbox: '0', batches: '0' });
  });

  it('never overdraw an account together', async () => {
    const second = await ledger.openEngine();
    await ledger.engine.post(grant(22n, 100n), 0);
    const posts = Array.from({ length: 120 }, (_, n) => (n % 2 ? second : ledger.engine).post(pay(22n, 23n, 1n), 0));
    const verdicts = (await Promise.all(posts)).map(reasonOf);
    expect(verdicts.filter((reason) => reason === 'accepted')).toHaveLength(100);
    expect(await balanceOf(22n)).toBe(0n);
  });
});

describe('a lost connection', () => {
  const killEngines = `select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'economy-ledger' and datname = current_database()`;

  it('in the middle of batches loses and doubles nothing', async () => {
    await ledger.engine.post(grant(30n, 100_000n), 0);
    let posting = true;
    const callers = Array.from({ length: 16 }, async () => {
      let accepted = 0;
      while (posting) {
        const receipt = receiptOf(await ledger.engine.post(pay(30n, 31n, 1n), 0));
        expect(receipt.repeated || receipt.balances[0] >= 0n).toBe(true);
        accepted += 1;
      }
      return accepted;
    });
    for (let kill = 0; kill < 10; kill += 1) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      await ledger.sql(killEngines);
    }
    posting = false;
    const accepted = (await Promise.all(callers)).reduce((sum, each) => sum + each, 0);
    expect(accepted).toBeGreaterThan(0);
    expect(await balanceOf(31n)).toBe(BigInt(accepted));
    await eventually(async () => expect(ledger.engine.problem?.() ?? null).toBeNull());
  });
});

it('every journal is announced once, in the order of the chain, with the trace of its own command', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const traced = { ...grant(40n, 250n), traceparent, correlationId: randomUUID(), tenantId: 'acme' };
  await ledger.engine.post(traced, 0);
  const [row] = await ledger.sql<{ subject: string; headers: Record<string, string>; payload: object }>(
    'select subject, headers::json, payload::json from platform.outbox where message_id = $1',
    [traced.journalId],
  );
  expect(row?.subject).toBe('evt.economy.journal.posted.v1');
  expect(row?.headers).toMatchObject({
    'ce-subject': traced.journalId,
    'ce-entityversion': '1',
    'ce-tenantid': 'acme',
    'correlation-id': traced.correlationId,
    traceparent,
  });
  expect(row?.payload).toMatchObject({
    journalId: traced.journalId,
    balances: [{ userId: '40', coinMinor: '250' }],
    legs: [{ minor: '-250' }, { account: { ownerId: '40', currency: 'COIN' }, balanceAfterMinor: '250' }],
  });
  const [counts] = await ledger.sql('select (select count(*) from journals) = count(*) as equal from platform.outbox');
  expect(counts).toEqual({ equal: true });
});

it('after all of that the ledger is what its entries say', async () => {
  expect(await verifyLedger({ databaseUrl: ledger.database.url })).toMatchObject({ ok: true, firstProblem: null });
});
