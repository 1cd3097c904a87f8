/** The scheduler's rows in `platform.schedules`, and the least it needs of a database. */

/** One statement; `Sql` of @fanfare/database is one. */
export interface Statements {
  query<Row extends object>(
    text: string,
    values?: unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;
}

/** `Database` of @fanfare/database is one. */
export interface ScheduleDatabase extends Statements {
  /** Commits what `work` did, or nothing of it when it throws; may run `work` again when the commit is impossible. */
  readonly transaction: <T>(work: (tx: Statements) => Promise<T>) => Promise<T>;
}

export interface ScheduleRow {
  readonly last_tick_at: Date;
  readonly failures: number;
  readonly retry_at: Date | null;
}

/** Remembers since when a job exists; whoever came first has said it. */
export async function register(tx: Statements, name: string, since: Date): Promise<void> {
  await tx.query('insert into platform.schedules (name, last_tick_at) values ($1, $2) on conflict (name) do nothing', [
    name,
    since,
  ]);
}

/** The row with its lock for the rest of the transaction, or null while another replica has it. */
export async function lockRow(tx: Statements, name: string): Promise<ScheduleRow | null> {
  const { rows } = await tx.query<ScheduleRow>(
    'select last_tick_at, failures, retry_at from platform.schedules where name = $1 for update skip locked',
    [name],
  );
  return rows[0] ?? null;
}

/** The tick is over, and so is whatever failed before. */
export async function complete(tx: Statements, name: string, tick: Date): Promise<void> {
  await tx.query('update platform.schedules set last_tick_at = $2, failures = 0, retry_at = null where name = $1', [
    name,
    tick,
  ]);
}

/** For all replicas. Nothing while another one runs the job, or when the tick was completed meanwhile. */
export async function recordFailure(
  database: Statements,
  name: string,
  before: ScheduleRow,
  retryAt: Date,
): Promise<void> {
  await database.query(
    `update platform.schedules set failures = $3, retry_at = $4
      where name = (select name from platform.schedules where name = $1 for update skip locked)
        and last_tick_at = $2 and failures < $3`,
    [name, before.last_tick_at, before.failures + 1, retryAt],
  );
}
