/** Days of `outbox_sent`: prepared ahead, dropped after 72 hours. */
import type { Sql } from '@fanfare/database';

/** JetStream acknowledges before its server's fsync: what a machine lost can be sent again for this long. */
const SENT_HOURS = 72;
const DAYS_AHEAD = 2;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DEFAULT_PAGE = 5000;
/** Rows of that day are in the default partition already, and stay there. */
const CHECK_VIOLATION = '23514';

export interface Day {
  /** `outbox_sent_20261121` */
  readonly table: string;
  /** `2026-11-21T00:00:00.000Z` */
  readonly from: string;
  readonly to: string;
}

const PREFIX = 'outbox_sent_';

function dayOf(time: Date): Day {
  const from = Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate());
  const iso = new Date(from).toISOString();
  return {
    table: `${PREFIX}${iso.slice(0, 10).replaceAll('-', '')}`,
    from: iso,
    to: new Date(from + DAY_MS).toISOString(),
  };
}

/** The days that must exist now: today and the next two, in UTC. */
export function daysToPrepare(now: Date): readonly Day[] {
  return Array.from({ length: DAYS_AHEAD + 1 }, (_, ahead) => dayOf(new Date(now.getTime() + ahead * DAY_MS)));
}

/** Of these tables, the days whose last row is older than 72 hours; other names are left alone. */
export function daysToDrop(tables: readonly string[], now: Date): readonly string[] {
  return tables.filter((table) => {
    const [, year, month, day] = /^outbox_sent_(\d{4})(\d{2})(\d{2})$/.exec(table) ?? [];
    const ends = Date.UTC(Number(year), Number(month) - 1, Number(day)) + DAY_MS;
    return ends < now.getTime() - SENT_HOURS * HOUR_MS;
  });
}

/** @throws what PostgreSQL refuses; everything here can be done again */
export async function maintainPartitions(sql: Sql): Promise<void> {
  const { rows: tables } = await sql.query<{ name: string; now: Date }>(
    `select relname::text as name, now() as now from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = 'platform.outbox_sent'::regclass`,
  );
  const now = tables[0]?.now ?? new Date();
  const names = tables.map((table) => table.name);
  for (const day of daysToPrepare(now)) if (!names.includes(day.table)) await prepare(sql, day);
  for (const table of daysToDrop(names, now)) await sql.query(`drop table platform.${table}`);
  await sql.query(
    `delete from platform.outbox_sent_default where ctid = any (array(
       select ctid from platform.outbox_sent_default where sent_at < now() - make_interval(hours => $1) limit $2))`,
    [SENT_HOURS, DEFAULT_PAGE],
  );
}

async function prepare(sql: Sql, { table, from, to }: Day): Promise<void> {
  try {
    await sql.query(
      `create table if not exists platform.${table} partition of platform.outbox_sent for values from ('${from}') to ('${to}')`,
    );
  } catch (error) {
    if ((error as { code?: string }).code !== CHECK_VIOLATION) throw error;
  }
}
