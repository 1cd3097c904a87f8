/**
 * Applies migrations: first the platform's own (schema `platform`: outbox, inbox, audit), then the service's, which
 * are in Prisma's folder format and are recorded as `prisma migrate deploy` would, so that both agree. Each migration
 * is one transaction; an advisory lock lets only one runner work on a database at a time.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newId } from '@fanfare/kit';
import pg from 'pg';

/** Folder of the platform's migrations; an image may put them elsewhere. */
const PLATFORM_DIR = fileURLToPath(new URL('../platform', import.meta.url));
/** Any constant, the same in every release. */
const LOCK_KEY = 7_265_102_391n;

interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, as Prisma computes it. */
  readonly checksum: string;
}

/** A migration that was applied has been edited since: the database is not what the folder says. */
export class MigrationChanged extends Error {
  override readonly name = 'MigrationChanged';
}

/**
 * Brings a database up to date.
 * @param url connects directly, never through a transaction pooler (the lock belongs to a session)
 * @param serviceDir holds `prisma/migrations`
 * @returns the names that were applied now
 */
export async function migrate(url: string, serviceDir: string, platformDir = PLATFORM_DIR): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK_KEY]);
    // A role may be called like a schema, and its own schema would come first.
    await client.query('set search_path to public');
    await client.query('create schema if not exists platform');
    const platform = await applyAll(client, 'platform._migrations', readMigrations(platformDir));
    const own = await applyAll(client, '_prisma_migrations', readMigrations(join(serviceDir, 'prisma/migrations')));
    return [...platform, ...own];
  } finally {
    await client.end();
  }
}

function readMigrations(dir: string): readonly Migration[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(dir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

async function applyAll(client: pg.Client, table: string, migrations: readonly Migration[]): Promise<string[]> {
  // Columns and types of Prisma's own table.
  await client.query(`create table if not exists ${table} (
    id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
    migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
    started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`);
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    `select migration_name, checksum from ${table} where finished_at is not null and rolled_back_at is null`,
  );
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  const now: string[] = [];
  for (const migration of migrations) {
    const known = applied.get(migration.name);
    if (known === undefined) {
      await apply(client, table, migration);
      now.push(migration.name);
    } else if (known !== migration.checksum) {
      throw new MigrationChanged(`${migration.name} was edited after it was applied; write a new migration instead`);
    }
  }
  return now;
}

async function apply(client: pg.Client, table: string, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query(
      `insert into ${table} (id, checksum, migration_name, finished_at, applied_steps_count) values ($1, $2, $3, now(), 1)`,
      [newId(), checksum, name],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`migration ${name} failed and was rolled back`, { cause: error });
  }
}
