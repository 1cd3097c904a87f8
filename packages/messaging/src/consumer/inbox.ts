/** The inbox: what a consumer has handled, noted in the transaction that handled it. */
import type { Sql } from '@fanfare/database';

/**
 * An event can come again for as long as its stream keeps it (7 days) after it was last published (again from
 * `outbox_sent`, up to 3 days later); one day more.
 */
const KEEP_DAYS = 11;
const PRUNE_PAGE = 5000;

/**
 * Notes events as handled by this transaction. Another transaction that has one of them uncommitted is waited for;
 * ids go in sorted, so that two that have several cannot wait for each other.
 * @returns the ids that are new
 */
export async function takeNew(tx: Sql, consumer: string, eventIds: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ event_id: string }>(
    `insert into platform.inbox (consumer, event_id)
     select $1, event_id from unnest($2::text[]) as event_id order by event_id
     on conflict do nothing returning event_id`,
    [consumer, eventIds],
  );
  return new Set(rows.map((row) => row.event_id));
}

/** Forgets what cannot come again, in short statements. @returns how many rows went */
export async function pruneInbox(sql: Sql): Promise<number> {
  for (let pruned = 0; ; ) {
    const { rowCount } = await sql.query(
      `delete from platform.inbox where ctid = any (array(
         select ctid from platform.inbox where received_at < now() - make_interval(days => $1) limit $2))`,
      [KEEP_DAYS, PRUNE_PAGE],
    );
    pruned += rowCount ?? 0;
    if ((rowCount ?? 0) < PRUNE_PAGE) return pruned;
  }
}

/**
 * Lets a consumer start from nothing: afterwards it takes every event as new. The owner of its read model empties that
 * in the same transaction, then runs it with `includeReplayed` and asks the producer for a replay.
 */
export async function resetInbox(tx: Sql, consumer: string): Promise<void> {
  await tx.query('delete from platform.inbox where consumer = $1', [consumer]);
}
