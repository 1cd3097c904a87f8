/**
 * The trial balance: what every account holds, by the accounts and by the entries, and how much was posted. It must stay
 * possible while the ledger grows for ever, so it reads each account once and no posted row but its newest entry:
 *
 * - an entry records the balance after it, so an account's newest entry stands for all of its entries;
 * - an account numbers its entries from one, so their counts add up from the accounts' last numbers;
 * - a journal is one event, and the head numbers events without a gap and counts those that are no journals, so its last
 *   number less that count is the count of journals.
 *
 * That these hold for every row ever posted is what verify.ts proves.
 */
import { one, type Sql } from '@fanfare/database';
import type { Balances } from '../ledger/command.ts';

export interface TrialBalance {
  /** Per COIN, DIAMOND, POINT: by what the accounts hold, and by what their entries say. Zeros unless the ledger is broken. */
  readonly accounts: Balances;
  readonly entries: Balances;
  readonly journals: bigint;
  readonly entryCount: bigint;
}

// The limit keeps the planner from joining all entries instead of looking one up for each account.
const TRIAL_BALANCE = `
  select array[coalesce(sum(balance_minor) filter (where currency = 0), 0),
               coalesce(sum(balance_minor) filter (where currency = 1), 0),
               coalesce(sum(balance_minor) filter (where currency = 2), 0)]::text[] as accounts,
         array[coalesce(sum(balance_after_minor) filter (where currency = 0), 0),
               coalesce(sum(balance_after_minor) filter (where currency = 1), 0),
               coalesce(sum(balance_after_minor) filter (where currency = 2), 0)]::text[] as entries,
         coalesce(sum(accounts.seq), 0)::text as entry_count,
         (select outbox_id - notices from ledger_head where id = 1) as journals
    from accounts
    left join lateral (
      select balance_after_minor from entries where account_id = accounts.id and seq = accounts.seq limit 1
    ) as newest on true`;

/** One statement, so that all of it is of one moment. Some two seconds for a million accounts that are in memory. */
export async function readTrialBalance(sql: Sql): Promise<TrialBalance> {
  const row = one(
    await sql.query<{
      readonly accounts: readonly [string, string, string];
      readonly entries: readonly [string, string, string];
      readonly entry_count: string;
      readonly journals: string;
    }>(TRIAL_BALANCE),
  );
  return {
    accounts: sums(row.accounts),
    entries: sums(row.entries),
    journals: BigInt(row.journals),
    entryCount: BigInt(row.entry_count),
  };
}

const sums = ([coin, diamond, point]: readonly [string, string, string]): Balances => [
  BigInt(coin),
  BigInt(diamond),
  BigInt(point),
];
