import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '@fanfare/database';
import { type Call, newId, silentLogger } from '@fanfare/kit';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { issuance, userAccount } from '../src/ledger/accounts.ts';
import type { LedgerCommand } from '../src/ledger/command.ts';
import type { HoldChange } from '../src/ledger/hold.ts';
import { verifyLedger } from '../src/proof/verify.ts';
import { setAccountFloor } from '../src/wallets/set-account-floor.ts';
import { setWalletFrozen } from '../src/wallets/set-wallet-frozen.ts';
import { coins, command, everybody, grant, move, pay, receiptOf, testLedger } from './ledger.ts';
import { admin } from './running-service.ts';

const ledger = testLedger();
/** Reaches past triggers, privileges and constraints, as somebody with the server's disk would. */
let intruder: pg.Client;

const TABLES = ['accounts', 'journals', 'entries', 'batches', 'holds', 'ledger_head'];

beforeAll(async () => {
  await fill();
  intruder = new pg.Client({ connectionString: ledger.database.adminUrl });
  await intruder.connect();
  await intruder.query('set session_replication_role = replica');
  const { rows } = await intruder.query<{ drop: string }>(
    `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop
       from pg_constraint where contype = 'c' and conrelid = any($1::regclass[])`,
    [TABLES],
  );
  for (const { drop } of rows) await intruder.query(drop);
  for (const table of TABLES) await intruder.query(`create table copy_of_${table} as select * from ${table}`);
});
afterAll(() => intruder.end());

/** A small ledger with at least one of everything. */
async function fill(): Promise<void> {
  const post = async (each: LedgerCommand): Promise<string> => {
    receiptOf(await ledger.engine.post(each, 0));
    return each.journalId;
  };
  const change = (hold: HoldChange, legs = command([]).legs) => post(command(legs, { hold, tenantId: 'acme' }));
  const reserve = (minor: bigint, expiresAt = new Date(Date.now() + 3_600_000)) =>
    change({ type: 'reserve', accountId: coins(1n), minor, expiresAt });
  await Promise.all([1n, 2n, 3n].map((user) => post(grant(user, 1000n))));
  await Promise.all([post(pay(1n, 2n, 5n)), post(pay(2n, 3n, 7n))]);
  const soon = new Date(Date.now() + 300);
  const expiring = await reserve(1n, soon);
  await reserve(10n);
  const captured = await reserve(20n);
  await change({ type: 'capture', holdId: captured, minor: 15n }, move(coins(1n), coins(4n), 15n));
  await change({ type: 'void', holdId: await reserve(30n) });
  // What cannot be taken becomes debt, which the next credit repays.
  const taken = command([
    { accountId: userAccount(3n, 'COIN'), minor: -2000n, action: 'refund', shortfallToDebt: true },
    { accountId: issuance('COIN'), minor: 2000n, action: 'refund' },
  ]);
  await post(taken);
  await post(grant(3n, 100n));
  await delay(Math.max(0, soon.getTime() - Date.now()) + 2);
  await change({ type: 'expire', holdId: expiring });
  await administrate();
}

async function administrate(): Promise<void> {
  const database = openDatabase({ url: ledger.database.url, poolSize: 1, log: silentLogger });
  const call = { caller: admin, correlationId: newId() } as unknown as Call;
  await setWalletFrozen({ database, users: everybody }, call, { userId: 2n, frozen: true, reason: 'chargeback' });
  await setAccountFloor({ database, users: everybody }, call, {
    userId: 1n,
    floor: { currency: 'COIN', minor: 100n },
    reason: 'deposit',
  });
  // These two were frozen, or looked at, before anything was posted to them.
  await setWalletFrozen({ database, users: everybody }, call, { userId: 8n, frozen: true, reason: 'chargeback' });
  await setWalletFrozen({ database, users: everybody }, call, { userId: 9n, frozen: false, reason: 'never mind' });
  await database.stop?.();
  receiptOf(await ledger.engine.post(grant(8n, 5n), 0));
}

/** Other values of a type, as SQL over the old one. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  bigint: ['$ + 1', '$ - 1'],
  smallint: ['$ + 1'],
  boolean: ['not $'],
  text: [`coalesce($, '') || '!'`],
  uuid: [`'${randomUUID()}'`],
  bytea: [`case length($) when 0 then '\\x00' else set_byte($, 0, (get_byte($, 0) + 1) % 256) end`, `$ || '\\x00'`],
  ARRAY: [`$[2:] || $[1:1] || '${randomUUID()}'::uuid`, '$[2:]'],
  'timestamp with time zone': [
    `coalesce($, now()) + interval '1 millisecond'`,
    `coalesce($, now()) - interval '1 millisecond'`,
  ],
};
const SPECIAL: Readonly<Record<string, readonly string[]>> = {
  'holds.status': ['open', 'captured', 'voided', 'expired'].map((status) => `'${status}'`),
  'holds.resolved_by': [...(OTHERS['uuid'] ?? []), 'null', '(select id from copy_of_journals order by id limit 1)'],
  'holds.resolved_at': [...(OTHERS['timestamp with time zone'] ?? []), 'null'],
  'journals.hold': [...(OTHERS['text'] ?? []), 'null', `'["void","${randomUUID()}"]'`],
  'journals.tenant_id': [...(OTHERS['text'] ?? []), 'null'],
  // What was opened by an administrator's command is not known to the millisecond.
  'accounts.created_at': [`$ + interval '11 seconds'`, `$ - interval '11 seconds'`],
};

it('passes the ledger before anything is changed', async () => {
  expect(await verifyLedger({ databaseUrl: ledger.database.url })).toMatchObject({ ok: true, firstProblem: null });
  const { rows } = await intruder.query('select distinct status from holds order by status');
  expect(rows.map((row) => row.status)).toEqual(['captured', 'expired', 'open', 'voided']);
});

it.each(TABLES)('finds any single changed value of %s', { timeout: 120_000 }, async (table) => {
  const columns = new Set<string>();
  const missed: string[] = [];
  for (const change of await changesOf(table)) {
    if (!(await changeOne(table, change))) continue;
    columns.add(change.column);
    const { ok, firstProblem } = await verifyLedger({ databaseUrl: ledger.database.url });
    if (ok || firstProblem === null) missed.push(`${change.column} := ${change.value}`);
  }
  await restore(table);
  // Nothing that was posted: it is only ever compared with itself.
  expect(missed.filter((change) => !change.startsWith('version :='))).toEqual([]);
  const { rows } = await intruder.query(`select * from ${table}`);
  expect([...columns].sort()).toEqual(Object.keys(rows[0]).sort());
});

interface Change {
  readonly column: string;
  /** SQL. */
  readonly value: string;
  readonly ctid: string;
}

/** Every column of every row of a small table, and of some five rows of a larger one. */
async function changesOf(table: string): Promise<readonly Change[]> {
  const { rows } = await intruder.query<{ column: string; type: string; ctid: string }>(
    `select column_name as column, data_type as type, copy.ctid
       from information_schema.columns
      cross join (select ctid, row_number() over () as n, count(*) over () as all from copy_of_${table}) as copy
      where table_schema = 'public' and table_name = $1 and n % greatest(1, copy.all / 5) = 0`,
    [table],
  );
  return rows.flatMap(({ column, type, ctid }) =>
    (SPECIAL[`${table}.${column}`] ?? OTHERS[type] ?? []).map((other) => {
      return { column, value: other.replaceAll('$', column), ctid };
    }),
  );
}

/** Puts the table back first. @returns false when the value was that already, or is another row's and unique */
async function changeOne(table: string, { column, value, ctid }: Change): Promise<boolean> {
  await restore(table);
  const update = `update ${table} set ${column} = ${value} where ctid = '${ctid}' and ${column} is distinct from ${value}`;
  const changed = await intruder.query(update).catch((error: unknown) => {
    if (error instanceof pg.DatabaseError && error.code === '23505') return null;
    throw error;
  });
  return changed?.rowCount === 1;
}

/** Rows come back in the same places. */
async function restore(table: string): Promise<void> {
  await intruder.query(`truncate ${table}; insert into ${table} select * from copy_of_${table}`);
}
