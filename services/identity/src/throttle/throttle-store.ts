/** Failed logins in the database, so that all replicas count together. */
import { createHash } from 'node:crypto';
import type { Sql } from '@fanfare/database';
import type { Identifier } from '../accounts/credentials.ts';
import {
  ACCOUNT_POLICY,
  ADDRESS_POLICY,
  addressKey,
  afterFailure,
  type Throttle,
  type ThrottlePolicy,
} from './throttle.ts';

/** What an attempt counts against, in the order in which rows are locked. */
export interface ThrottleKeys {
  readonly account: string;
  readonly address: string | null;
}

/**
 * Names that belong to nobody are throttled like others, so a lock tells nothing about accounts; hashed, because what
 * people type by mistake is not ours to keep.
 */
export function throttleKeys({ email, phone }: Identifier, ip: string): ThrottleKeys {
  const account = createHash('sha256')
    .update(email ?? phone)
    .digest('hex');
  const address = addressKey(ip);
  return { account: `account:${account}`, address: address === null ? null : `address:${address}` };
}

const listOf = ({ account, address }: ThrottleKeys): readonly string[] =>
  address === null ? [account] : [account, address];

interface ThrottleRow extends Throttle {
  readonly key: string;
}

const SELECT = `select key, failures, last_failure_at as "lastFailureAt", locked_until as "lockedUntil"
  from login_throttles where key = any($1::text[]) order by key`;

export async function readThrottles(sql: Sql, keys: ThrottleKeys): Promise<readonly Throttle[]> {
  return (await sql.query<ThrottleRow>(SELECT, [listOf(keys)])).rows;
}

/** As {@link readThrottles}, with the rows locked: of attempts at the same moment each sees what the others did. */
export async function lockThrottles(tx: Sql, keys: ThrottleKeys): Promise<readonly Throttle[]> {
  return (await tx.query<ThrottleRow>(`${SELECT} for update`, [listOf(keys)])).rows;
}

/** Makes sure that the rows exist, so that a failure that is about to be counted has something to lock. */
export async function openThrottles(tx: Sql, keys: ThrottleKeys, now: Date): Promise<void> {
  await tx.query(
    `insert into login_throttles (key, failures, last_failure_at)
     select key, 0, $2 from unnest($1::text[]) as key order by key on conflict do nothing`,
    [listOf(keys), now],
  );
}

/** Counts a failure. The rows are open and locked. */
export async function countFailure(tx: Sql, keys: ThrottleKeys, now: Date): Promise<void> {
  const { rows } = await tx.query<ThrottleRow>(SELECT, [listOf(keys)]);
  for (const row of rows) {
    const { failures, lockedUntil } = afterFailure(policyOf(row.key, keys), row, now);
    await tx.query(`update login_throttles set failures = $2, last_failure_at = $3, locked_until = $4 where key = $1`, [
      row.key,
      failures,
      now,
      lockedUntil,
    ]);
  }
}

const policyOf = (key: string, keys: ThrottleKeys): ThrottlePolicy =>
  key === keys.account ? ACCOUNT_POLICY : ADDRESS_POLICY;

/** The account's owner has come in. The address keeps its count: else one good account would free it to try others. */
export async function forgetFailures(tx: Sql, { account }: ThrottleKeys): Promise<void> {
  // Not deleted: somebody's failure may be waiting for the row to count in it.
  await tx.query('update login_throttles set failures = 0, locked_until = null where key = $1', [account]);
}
