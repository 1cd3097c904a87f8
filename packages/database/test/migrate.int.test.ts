import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CallerKind, userCaller } from '@fanfare/kit';
import { cloneDatabase } from '@fanfare/testing';
import pg from 'pg';
import { afterEach, expect, inject, test } from 'vitest';
import { drift } from '../src/drift.ts';
import { MigrationChanged, migrate, recordAudit } from '../src/index.ts';

const clients: pg.Client[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.end();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function freshDatabase(): Promise<{ url: string; client: pg.Client }> {
  const { url } = await cloneDatabase('platform');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  clients.push(client);
  return { url, client };
}

function serviceWith(migrations: Readonly<Record<string, string>>, schema = ''): string {
  const dir = mkdtempSync(join(tmpdir(), 'fanfare-migrations-'));
  folders.push(dir);
  mkdirSync(join(dir, 'prisma/migrations'), { recursive: true });
  writeFileSync(join(dir, 'prisma/schema.prisma'), schema);
  for (const [name, sql] of Object.entries(migrations)) {
    mkdirSync(join(dir, 'prisma/migrations', name));
    writeFileSync(join(dir, 'prisma/migrations', name, 'migration.sql'), sql);
  }
  return dir;
}

test('migrations are applied once and in order, also by runners that start together', async () => {
  const { url, client } = await freshDatabase();
  const dir = serviceWith({
    '0002_fill': 'insert into things values (1);',
    '0001_init': 'create table things (id int);',
  });
  const applied = await Promise.all([migrate(url, dir), migrate(url, dir), migrate(url, dir)]);
  expect(applied.flat()).toEqual(['0001_init', '0002_fill']);
  expect((await client.query('select id from things')).rows).toEqual([{ id: 1 }]);
});

test('a migration that fails leaves nothing behind and can be mended', async () => {
  const { url, client } = await freshDatabase();
  const broken = serviceWith({ '0001_init': 'create table things (id int); select no_such_function();' });
  await expect(migrate(url, broken)).rejects.toThrow('0001_init failed');
  expect((await client.query(`select to_regclass('things') as found`)).rows).toEqual([{ found: null }]);
  expect(await migrate(url, serviceWith({ '0001_init': 'create table things (id int);' }))).toEqual(['0001_init']);
});

test('an applied migration that was edited is refused', async () => {
  const { url } = await freshDatabase();
  await migrate(url, serviceWith({ '0001_init': 'create table things (id int);' }));
  const edited = serviceWith({ '0001_init': 'create table things (id bigint);' });
  await expect(migrate(url, edited)).rejects.toThrow(MigrationChanged);
});

test('every audit row says who did what to whom and why', async () => {
  const { client } = await freshDatabase();
  const caller = userCaller(7n, { roles: ['admin'] });
  const call = { caller, correlationId: 'c-1', remainingMs: () => null };
  await recordAudit(client, call, { action: 'user.ban', target: 'user:9', reason: 'spam', details: { days: '3' } });
  const { rows } = await client.query('select caller, action, target, reason, details from platform.audit_entries');
  expect(caller.kind).toBe(CallerKind.CALLER_KIND_USER);
  expect(rows).toEqual([
    { caller: 'user:7', action: 'user.ban', target: 'user:9', reason: 'spam', details: { days: '3' } },
  ]);
});

const SCHEMA = `
datasource db {
  provider = "postgresql"
}
model Thing {
  id   BigInt @id @default(autoincrement())
  name String
  @@map("things")
}`;

test('a schema and its migrations agree, whatever CHECKs the migrations add', async () => {
  const dir = serviceWith(
    { '0001_init': `create table things (id bigserial primary key, name text not null check (name <> ''));` },
    SCHEMA,
  );
  expect(await drift(inject('postgresUrl'), dir)).toEqual([]);
});

test('a column that only one side has is named', async () => {
  const dir = serviceWith({ '0001_init': 'create table things (id bigserial primary key, nom text);' }, SCHEMA);
  expect(await drift(inject('postgresUrl'), dir)).toEqual([
    '+ column things.name text not null default none',
    '- column things.nom text default none',
  ]);
});
