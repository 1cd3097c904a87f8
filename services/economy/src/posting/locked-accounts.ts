/**
 * Changing accounts beside the batches. Whoever does takes the locks that a batch takes, in its order: the head, then
 * the accounts by id. So no batch is judging by what is being changed, and none waits for a lock it will not get.
 */
import type { Sql } from '@fanfare/database';
import { type AccountId, currencyIndexOf, floorOf, kindOf, ownerOf } from '../ledger/accounts.ts';

/** What batches of all replicas wait for is held for a second at most: then the server ends this session. */
const LOCK_HEAD = `
  set local idle_in_transaction_session_timeout = '1s';
  update ledger_head set version = version + 1 where id = 1`;

/** What a replica knows of accounts is worth nothing from here on. Call it first in a transaction, and keep that one short. */
export async function lockLedger(tx: Sql): Promise<void> {
  await tx.query(LOCK_HEAD);
}

// Seq 0: the account has no entry yet, and its first batch finds it as if it had just been opened.
const OPEN = `
  insert into accounts (id, kind, owner_id, currency, balance_minor, held_minor, floor_minor, seq, frozen, created_at)
  select id, kind, owner_id, currency, 0, 0, floor, 0, false, clock_timestamp()
    from unnest($1::int8[], $2::int2[], $3::int8[], $4::int2[], $5::int8[])
         as row (id, kind, owner_id, currency, floor)
   order by id
  on conflict (id) do nothing`;

/** Opens those of the accounts that nothing has been posted to. The ledger is locked. */
export async function openAccounts(tx: Sql, ids: readonly AccountId[]): Promise<void> {
  await tx.query(OPEN, [ids, ids.map(kindOf), ids.map(ownerOf), ids.map(currencyIndexOf), ids.map(floorOf)]);
}
