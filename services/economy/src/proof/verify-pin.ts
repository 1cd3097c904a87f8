/** What the ledger has at one moment, by its counts; everything that is verified later is measured against it. */
import type pg from 'pg';
import { LedgerProblem } from './ledger-problem.ts';

export interface PinRow {
  readonly batch: string;
  readonly outbox_id: string;
  readonly notices: string;
  readonly hash: Buffer;
  readonly batches: string;
  readonly chained: string;
  readonly journals: string;
  readonly entries: string;
  readonly counted: string;
  readonly unbalanced: string | null;
  readonly holds: string;
  readonly reserved: string;
  readonly resolved: string;
  readonly resolutions: string;
}

// One statement, one snapshot.
const PIN = `
  select head.batch, head.outbox_id, head.notices, head.hash,
         (select count(*) from batches) as batches,
         (select coalesce(sum(cardinality(journal_ids)), 0) from batches) as chained,
         (select count(*) from journals) as journals,
         (select count(*) from entries) as entries,
         (select coalesce(sum(seq), 0) from accounts) as counted,
         (select string_agg(currency || ': ' || sum, ', ')
            from (select currency, sum(balance_minor) from accounts group by currency) as sums
           where sum <> 0) as unbalanced,
         (select count(*) from holds) as holds,
         (select count(*) from holds where status <> 'open') as resolved,
         (select count(*) from journals where hold is not null and starts_with(hold, '["reserve"')) as reserved,
         (select count(*) from journals where hold is not null and not starts_with(hold, '["reserve"')) as resolutions
    from ledger_head as head where id = 1`;

/** Null when the head has no row. */
export async function readPin(client: pg.Client): Promise<PinRow | null> {
  const { rows } = await client.query<PinRow>(PIN);
  return rows[0] ?? null;
}

/**
 * What only counting shows, after everything was looked at that has a name.
 * @throws LedgerProblem
 */
export function checkPin(row: PinRow): void {
  if (row.batches !== row.batch) throw new LedgerProblem(`the head is at batch ${row.batch} of ${row.batches}`);
  if (row.chained !== row.journals) {
    throw new LedgerProblem(`there are ${row.journals} journals, and the batches name ${row.chained}`);
  }
  const counted = BigInt(row.outbox_id) - BigInt(row.notices);
  if (counted !== BigInt(row.journals)) {
    throw new LedgerProblem(
      `there are ${row.journals} journals, and the head counts ${row.outbox_id} events, of which ${row.notices} are none`,
    );
  }
  if (row.counted !== row.entries) {
    throw new LedgerProblem(`there are ${row.entries} entries, and the accounts count ${row.counted}`);
  }
  if (row.unbalanced !== null) throw new LedgerProblem(`the accounts do not sum to zero (${row.unbalanced})`);
  if (row.holds !== row.reserved) {
    throw new LedgerProblem(`there are ${row.holds} holds, and the journals reserve ${row.reserved}`);
  }
  if (row.resolved !== row.resolutions) {
    throw new LedgerProblem(`${row.resolved} holds are resolved, and ${row.resolutions} journals resolve one`);
  }
}
