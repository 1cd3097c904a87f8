/**
 * Every account against its newest entry (that this is the sum of all of them, the chain's pass proves), its open holds,
 * and what administrators did to it.
 */
import { parseMinor } from '@fanfare/kit';
import type pg from 'pg';
import { type AccountId, floorOf } from '../ledger/accounts.ts';
import { LedgerProblem } from './ledger-problem.ts';

const ACCOUNTS = 2000;

// One statement, so that an account, its entries, its holds and what administrators did to it are of one moment. What
// is frozen, and what must stay in an account, is what the newest audit row of its owner says; an account that has no
// entry yet, or had none for a while, was opened by such a command. $3 is what rounding to milliseconds may do to times.
const CHECK_ACCOUNTS = `
  select accounts.id, (owner_id << 6) | (kind << 2) | currency as computed_id, balance_minor, held_minor, floor_minor,
         accounts.seq, accounts.frozen, newest.balance_after_minor as newest_balance, later.seq is not null as has_later,
         (select coalesce(sum(minor), 0)::int8 from holds
           where account_id = accounts.id and status = 'open') as open_holds,
         coalesce(commanded.frozen, 'wallet.unfreeze') = 'wallet.freeze' as should_be_frozen,
         commanded.floor as commanded_floor,
         accounts.created_at = first.created_at or commanded.opened is true as opened_rightly
    from accounts
    left join entries as newest on newest.account_id = accounts.id and newest.seq = accounts.seq
    left join entries as later on later.account_id = accounts.id and later.seq = accounts.seq + 1
    left join entries as first on first.account_id = accounts.id and first.seq = 1
    cross join lateral (
      select (array_agg(action order by audit.id desc) filter (where action <> 'wallet.floor'))[1] as frozen,
             (array_agg(details->>'floor' order by audit.id desc) filter (
                where action = 'wallet.floor' and details->>'asset' = (array['COIN', 'DIAMOND', 'POINT'])[currency + 1]
             ))[1] as floor,
             bool_or(audit.created_at between accounts.created_at - $3::interval and
                       least(first.created_at + $3::interval, accounts.created_at + interval '10 s')) as opened
        from platform.audit_entries as audit
       where kind = 1 and target = 'user:' || owner_id
         and action in ('wallet.freeze', 'wallet.unfreeze', 'wallet.floor')) as commanded
   where accounts.id > $1 order by accounts.id limit $2`;

interface AccountRow {
  readonly id: string;
  readonly computed_id: string;
  readonly balance_minor: string;
  readonly held_minor: string;
  readonly floor_minor: string;
  readonly seq: string;
  readonly frozen: boolean;
  /** Null: there is no entry of that seq. */
  readonly newest_balance: string | null;
  readonly has_later: boolean;
  readonly open_holds: string;
  readonly should_be_frozen: boolean;
  /** Decimal; null: nobody has set one. */
  readonly commanded_floor: string | null;
  readonly opened_rightly: boolean | null;
}

/**
 * @param onPage called after each page; ends the pass when it throws
 * @throws LedgerProblem naming the first account that is not what its entries, holds and audit rows say
 */
export async function verifyAccounts(client: pg.Client, onPage: () => void): Promise<void> {
  let from = '-1';
  for (;;) {
    const { rows } = await client.query<AccountRow>(CHECK_ACCOUNTS, [from, ACCOUNTS, '1 ms']);
    for (const account of rows) {
      const problem = postingProblem(account) ?? settingProblem(account);
      if (problem !== null) throw new LedgerProblem(`account ${account.id}${problem}`);
    }
    onPage();
    const last = rows.at(-1);
    if (last === undefined) return;
    from = last.id;
  }
}

/** What its entries and holds do not explain, to be read behind the account's name. */
function postingProblem(account: AccountRow): string | null {
  const { seq, balance_minor: balance, newest_balance: newest, held_minor: held, open_holds: openHolds } = account;
  if (account.has_later) return ` has more entries than the ${seq} that it counts`;
  if (seq !== '0' && newest === null) return `: entry ${seq} is missing`;
  if (balance !== (newest ?? '0')) return ` has ${balance}, its entries sum to ${newest ?? '0'}`;
  if (held !== openHolds) return ` has ${held} held, its open holds sum to ${openHolds}`;
  return null;
}

/** What is wrong with the rest of it. */
function settingProblem(account: AccountRow): string | null {
  const { id, computed_id: computedId, frozen, floor_minor: floor, commanded_floor: commanded } = account;
  if (id !== computedId) return `: its kind, owner and currency are those of account ${computedId}`;
  if (frozen !== account.should_be_frozen) return frozen ? ' is frozen and should not be' : ' should be frozen';
  const rightFloor = commanded === null ? floorOf(BigInt(id) as AccountId) : parseMinor(commanded);
  if (BigInt(floor) !== rightFloor) return ` has the floor ${floor}, which should be ${rightFloor}`;
  return account.opened_rightly ? null : ' was not opened when it says';
}
