import type { Sql } from '@fanfare/database';
import type { ScheduledJob } from '@fanfare/kit/schedule';
import { eventually } from '@fanfare/testing';
import { expect, it } from 'vitest';
import { expireHolds } from '../src/posting/expire-holds.ts';
import { pruneJobs } from '../src/posting/prune-jobs.ts';
import { coins, command, grant, pay, receiptOf, testLedger } from './ledger.ts';

const ledger = testLedger();

/** Runs a job as often as it asks for. @returns how often that was */
async function runJob(job: ScheduledJob | undefined, tx: Sql = ledger.connection): Promise<number> {
  const run = { tx, tick: new Date(), signal: new AbortController().signal };
  let runs = 1;
  while ((await job?.run(run)) === 'again') runs += 1;
  return runs;
}
const pruning = (name: string) => pruneJobs.find((job) => job.name === name);

const held = async (user: bigint) =>
  (await ledger.sql('select held_minor as held from accounts where id = $1', [coins(user)]))[0];

it('holds whose time is over are expired, any number of them, and no others', async () => {
  const users = Array.from({ length: 300 }, (_, n) => BigInt(n + 1));
  await Promise.all(users.map((user) => ledger.engine.post(grant(user, 100n), 0)));
  const reserve = (user: bigint, minor: bigint, expiresAt: Date) =>
    command([], { hold: { type: 'reserve', accountId: coins(user), minor, expiresAt }, tenantId: 'acme' });
  const soon = new Date(Date.now() + 1000);
  const later = new Date(Date.now() + 3_600_000);
  const holds = users.flatMap((user) => [reserve(user, 30n, soon), reserve(user, 5n, later)]);
  for (const verdict of await Promise.all(holds.map((each) => ledger.engine.post(each, 0)))) receiptOf(verdict);
  expect(await held(300n)).toEqual({ held: '35' });
  const job = expireHolds(ledger.engine);
  await eventually(async () => {
    await runJob(job);
    expect(await ledger.sql(`select count(*)::int as open from holds where status = 'open'`)).toEqual([{ open: 300 }]);
  });
  expect(await held(1n)).toEqual({ held: '5' });
  expect(await held(300n)).toEqual({ held: '5' });
  const expired = `select tenant_id, count(*)::int from journals where operation = 'hold.expire' group by 1`;
  expect(await ledger.sql(expired)).toEqual([{ tenant_id: 'acme', count: 300 }]);
  await runJob(job);
  expect(await ledger.sql(expired)).toEqual([{ tenant_id: 'acme', count: 300 }]);
});

it('a hold that was captured while the job had it in hand stays captured', async () => {
  const soon = new Date(Date.now() + 300);
  await ledger.engine.post(grant(1000n, 100n), 0);
  const reserve = command([], { hold: { type: 'reserve', accountId: coins(1000n), minor: 30n, expiresAt: soon } });
  receiptOf(await ledger.engine.post(reserve, 0));
  receiptOf(await ledger.engine.post(command([], { hold: { type: 'void', holdId: reserve.journalId } }), 0));
  // What a replica has read before the hold was resolved.
  const stale = { query: async () => ({ rows: [{ id: reserve.journalId, tenant_id: null }], rowCount: 1 }) };
  await runJob(expireHolds(ledger.engine), stale as unknown as Sql);
  expect(await ledger.sql('select status from holds where id = $1', [reserve.journalId])).toEqual([
    { status: 'voided' },
  ]);
});

it('refusals older than 24 hours are removed, and only those', async () => {
  const [old, young] = [pay(2000n, 3n, 1n), pay(2000n, 3n, 2n)];
  await ledger.engine.post(old, 0);
  await ledger.engine.post(young, 0);
  const age = `update refusals set refused_at = now() - interval '25 hours' where journal_id = $1`;
  await ledger.sql(age, [old.journalId]);
  await runJob(pruning('prune-refusals'));
  const left = await ledger.sql<{ journal_id: string }>('select journal_id from refusals');
  expect(left.map((row) => row.journal_id)).toContain(young.journalId);
  expect(left.map((row) => row.journal_id)).not.toContain(old.journalId);
});

it('limit counters are removed in steps once they have expired, and only those', async () => {
  await ledger.sql(`insert into limit_counters select 'day:' || n, 1, now() - interval '1 minute' * n
    from generate_series(-3, 2500) as n`);
  expect(await runJob(pruning('prune-limit-counters'))).toBe(3);
  const left = await ledger.sql<{ key: string }>('select key from limit_counters order by key');
  expect(left.map((row) => row.key)).toEqual(['day:-1', 'day:-2', 'day:-3']);
});
