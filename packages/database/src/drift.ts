/**
 * Whether migrations and schema.prisma still agree: both are applied to empty databases, and the catalogs of the two
 * are compared. Prisma's own diff sees neither CHECKs nor partial indexes; those exist in the migrations only, so here
 * they are what one side may have more of.
 */
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from './migrate.ts';
import { schemaSql } from './schema-sql.ts';

// Prisma can say neither `generated as identity` (it writes a serial) nor that a list may not be null.
const COLUMNS = `
  select format('column %s.%s %s%s default %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                case when a.attnotnull and a.attndims = 0 then ' not null' else '' end,
                case when a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like 'nextval(%' then 'generated'
                     else coalesce(pg_get_expr(d.adbin, d.adrelid), 'none') end) as line
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped
    and not c.relispartition and c.relname <> '_prisma_migrations'`;

const KEYS = `
  select format('%s %s %s', case contype when 'p' then 'primary key' else 'foreign key' end, conrelid::regclass,
                pg_get_constraintdef(oid)) as line
  from pg_constraint
  where connamespace = 'public'::regnamespace and contype in ('p', 'f')
    and conrelid::regclass::text <> '_prisma_migrations'`;

/** Differences in columns and keys, each as a line `- only in the migrations` or `+ only in schema.prisma`. */
export async function drift(serverUrl: string, serviceDir: string): Promise<readonly string[]> {
  return inScratchDatabase(serverUrl, 'drift_migrated', (migrated) =>
    inScratchDatabase(serverUrl, 'drift_schema', async (declared) => {
      await migrate(migrated, serviceDir);
      const sql = await schemaSql(join(serviceDir, 'prisma/schema.prisma'), declared);
      await withClient(declared, (client) => client.query(sql));
      const [is, should] = [await catalogOf(migrated), await catalogOf(declared)];
      return [
        ...[...is].filter((line) => !should.has(line)).map((line) => `- ${line}`),
        ...[...should].filter((line) => !is.has(line)).map((line) => `+ ${line}`),
      ].sort((a, b) => a.slice(2).localeCompare(b.slice(2)));
    }),
  );
}

async function catalogOf(url: string): Promise<ReadonlySet<string>> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ line: string }>(`${COLUMNS} union all ${KEYS}`);
    return new Set(rows.map((row) => row.line));
  });
}

async function inScratchDatabase<T>(serverUrl: string, prefix: string, work: (url: string) => Promise<T>): Promise<T> {
  const name = `${prefix}_${process.pid}_${Math.random().toString(36).slice(2, 8)}`;
  await withClient(serverUrl, (client) => client.query(`create database ${name}`));
  try {
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    return await work(url.href);
  } finally {
    await withClient(serverUrl, (client) => client.query(`drop database ${name} with (force)`));
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
