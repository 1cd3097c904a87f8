import { recordAudit, type Sql } from '@fanfare/database';
import { type Call, formatMinor, type Minor, requireRole } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import { type AccountId, userAccount } from '../ledger/accounts.ts';
import type { Amount } from '../parse-amount.ts';
import { lockLedger } from '../posting/locked-accounts.ts';

export interface FloorInput {
  readonly userId: bigint;
  /** Zero or more. */
  readonly floor: Amount;
  readonly reason: string;
}

interface AccountColumns {
  readonly balance_minor: string;
  readonly held_minor: string;
  readonly floor_minor: string;
}

/**
 * What must stay in one account of a user: from the commit on no batch takes it, nor holds it. Setting what is set
 * changes nothing and leaves no row.
 * @throws USER_NOT_FOUND; FLOOR_ABOVE_BALANCE for more than is there and not held
 */
export async function setAccountFloor(
  { database, users }: Pick<Deps, 'database' | 'users'>,
  call: Call,
  { userId, floor: { currency, minor: floor }, reason }: FloorInput,
): Promise<void> {
  requireRole(call.caller, 'admin');
  await users.require([userId]);
  const accountId = userAccount(userId, currency);
  await database.transaction(async (tx) => {
    await lockLedger(tx);
    const before = await changeFloor(tx, accountId, floor);
    if (before === floor) return;
    const details = { asset: currency, floor: formatMinor(floor), before: formatMinor(before) };
    await recordAudit(tx, call, { action: 'wallet.floor', target: `user:${userId}`, reason, details });
  });
}

/** An account that is not there has nothing, so that no floor but zero fits it. @returns the floor before */
async function changeFloor(tx: Sql, accountId: AccountId, floor: Minor): Promise<Minor> {
  const { rows } = await tx.query<AccountColumns>(
    'select balance_minor, held_minor, floor_minor from accounts where id = $1 for no key update',
    [accountId],
  );
  const account = rows[0] ?? { balance_minor: '0', held_minor: '0', floor_minor: '0' };
  const available = BigInt(account.balance_minor) - BigInt(account.held_minor);
  if (floor > available) throw errors.FLOOR_ABOVE_BALANCE({ available: formatMinor(available) });
  await tx.query('update accounts set floor_minor = $2 where id = $1', [accountId, floor]);
  return BigInt(account.floor_minor);
}
