/**
 * A batch in one round trip: it was folded on what this process knows of the ledger (mirror.ts), and is committed only if
 * the ledger is still where that was true. The checks come first and raise, so that whatever follows of the flight is
 * skipped: nothing is written on a state that nobody judged.
 *
 * - The head is the expected one. Its hash covers every journal up to it, so it is this one only if exactly the batches
 *   were posted that this one was folded on; its version says that nobody has frozen or changed an account since. (The
 *   version alone would not do: a lost batch of ours and one of another replica raise it alike.) Its outbox id is where
 *   our events go on.
 * - No id was refused before, and no id that is refused now was posted before. (To post one twice breaks the primary key.)
 */
import type pg from 'pg';
import type { Folded } from '../ledger/fold.ts';
import { allSettledOrThrow, type Head, REMEMBER_REFUSALS } from './batch-read.ts';
import { type Statement, statementsOf } from './batch-write.ts';
import { uuidArray } from './binary-array.ts';
import { NotCommitted } from './retry.ts';

const LOCK_SAME_HEAD = `
  with head as materialized (select version, hash, outbox_id from ledger_head where id = 1 for update)
  select case when version = $1::int8 and hash = $2::bytea and outbox_id = $3::int8 then floor(extract(epoch from clock_timestamp()) * 1000)::int8
              else ledger_fail('somebody else has posted') end as now_ms
    from head`;

const NONE_REFUSED = `
  select ledger_fail('an id was refused before') from refusals
   where journal_id = any($1::uuid[]) and refused_at > clock_timestamp() - $2::interval limit 1`;

const NONE_POSTED = `select ledger_fail('an id was posted before') from journals where id = any($1::uuid[]) limit 1`;

/** What is checked and written between begin and commit. Pure. @throws as {@link statementsOf} does */
export function appendStatements(
  head: Head,
  next: Head,
  folded: Folded,
  journalIds: readonly string[],
): readonly Statement[] {
  const refused = journalIds.filter((_, index) => folded.verdicts[index]?.type !== 'accepted');
  const ids = uuidArray(journalIds, (id) => id);
  const checks = [
    { name: 'lock_same_head', text: LOCK_SAME_HEAD, values: [head.version, head.hash, head.outboxId] },
    { name: 'none_refused', text: NONE_REFUSED, values: [ids, REMEMBER_REFUSALS] },
  ];
  if (refused.length > 0) {
    checks.push({ name: 'none_posted', text: NONE_POSTED, values: [uuidArray(refused, (id) => id)] });
  }
  return [...checks, ...statementsOf(head, next, folded)];
}

/**
 * @returns the database's clock behind the lock
 * @throws when it was not committed, or when that is not known (a lost connection): the ids tell
 */
export async function appendBatch(client: pg.Client, statements: readonly Statement[]): Promise<Date> {
  const results = await allSettledOrThrow([
    client.query('begin'),
    ...statements.map(({ values, ...statement }) => client.query({ ...statement, values: [...values] })),
    client.query('commit'),
  ]);
  if (results.at(-1)?.command !== 'COMMIT') throw new NotCommitted('the batch was rolled back');
  return new Date(Number(results[1]?.rows[0]?.now_ms));
}
