/** Days of `outbox_sent`: prepared ahead, dropped after 72 hours. */
import type { Sql } from '@fanfare/database';
import type { Logger } from '@fanfare/kit';

/** JetStream acknowledges before its server's fsync: what a machine lost can be sent again for this long. */
const SENT_HOURS = 72;
const DAYS_AHEAD = 2;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DEFAULT_PAGE = 5000;
/** Nothing is published meanwhile, so it goes on the next time. */
const DEFAULT_PAGES = 10;
/** As many as are surely moved within the time limit of one statement. */
const MOVED_ROWS = 50_000;
/** Whoever reads the events for longer (a backup) must not make the relay wait: there is a next time. */
const LOCK_TIMEOUT_MS = 1000;

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

/**
 * Drops what is too old before it prepares days, because preparing one reads the whole default partition. One step that
 * fails is logged and does not keep the others from being done: publishing depends on none of them.
 * @returns whether all is done; otherwise there is more to do soon
 */
export async function maintainPartitions(sql: Sql, log: Logger): Promise<boolean> {
  let done = true;
  const step = async (name: string, work: Promise<boolean>): Promise<void> => {
    const outcome = await work.catch((error: unknown) => {
      log.error({ err: error, step: name }, 'outbox_sent not maintained');
      return false;
    });
    done &&= outcome;
  };
  const { rows: tables } = await sql.query<{ name: string; now: Date }>(
    `select relname::text as name, now() as now from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = 'platform.outbox_sent'::regclass`,
  );
  const now = tables[0]?.now ?? new Date();
  const names = tables.map((table) => table.name);
  for (const table of daysToDrop(names, now)) await step(`drop ${table}`, drop(sql, table));
  await step('empty the default partition', emptyDefault(sql));
  for (const day of daysToPrepare(now)) {
    if (!names.includes(day.table)) await step(`prepare ${day.table}`, prepare(sql, day));
  }
  return done;
}

/** One statement and so one transaction, which leaves nothing half done and gives up early on locks. */
const inOne = (sql: Sql, statements: string): Promise<unknown> =>
  sql.query(`do $$ begin perform set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', true); ${statements} end $$`);

async function drop(sql: Sql, table: string): Promise<boolean> {
  await inOne(sql, `drop table platform.${table};`);
  return true;
}

/** @returns whether no old row is left */
async function emptyDefault(sql: Sql): Promise<boolean> {
  for (let page = 0; page < DEFAULT_PAGES; page += 1) {
    const { rowCount } = await sql.query(
      `delete from platform.outbox_sent_default where ctid = any (array(
         select ctid from platform.outbox_sent_default where sent_at < now() - make_interval(hours => $1) limit $2))`,
      [SENT_HOURS, DEFAULT_PAGE],
    );
    if ((rowCount ?? 0) < DEFAULT_PAGE) return true;
  }
  return false;
}

/**
 * Makes the day a table of its own, together with what the default partition has of it already: PostgreSQL would refuse
 * a partition whose rows are elsewhere. A day with more than can be moved at once stays there until it is too old.
 */
async function prepare(sql: Sql, { table, from, to }: Day): Promise<boolean> {
  const ofDay = `from platform.outbox_sent_default where sent_at >= '${from}' and sent_at < '${to}'`;
  const { rows } = await sql.query<{ count: number }>(
    `select count(*)::int as count from (select ${ofDay} limit $1) as bounded`,
    [MOVED_ROWS + 1],
  );
  if ((rows[0]?.count ?? 0) > MOVED_ROWS) return true;
  await inOne(
    sql,
    `create table platform.${table} (like platform.outbox_sent including defaults including indexes,
       constraint of_day check (sent_at >= '${from}' and sent_at < '${to}'));
     with moved as (delete ${ofDay} returning *) insert into platform.${table} select * from moved;
     alter table platform.outbox_sent attach partition platform.${table} for values from ('${from}') to ('${to}');
     alter table platform.${table} drop constraint of_day;`,
  );
  return true;
}
