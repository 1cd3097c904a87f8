import { recordAudit } from '@fanfare/database';
import { type Call, requireRole } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { walletOf } from '../ledger/accounts.ts';
import { lockLedger, openAccounts } from '../posting/locked-accounts.ts';

export interface FreezeInput {
  readonly userId: bigint;
  readonly frozen: boolean;
  readonly reason: string;
}

const SET_FROZEN = 'update accounts set frozen = $2 where id = any($1::int8[]) and frozen <> $2';

/**
 * From the commit on no batch takes anything out of the user's three accounts, or every batch may again; receiving goes
 * on. A wallet that nothing was posted to yet can be frozen too. Setting what is set changes nothing and leaves no row.
 * @throws USER_NOT_FOUND
 */
export async function setWalletFrozen(
  { database, users }: Pick<Deps, 'database' | 'users'>,
  call: Call,
  { userId, frozen, reason }: FreezeInput,
): Promise<void> {
  requireRole(call.caller, 'admin');
  await users.require([userId]);
  const wallet = walletOf(userId);
  await database.transaction(async (tx) => {
    await lockLedger(tx);
    // An account that is not there is not frozen, and one that was opened without an audit row could not be explained.
    if (frozen) await openAccounts(tx, wallet);
    const { rowCount } = await tx.query(SET_FROZEN, [wallet, frozen]);
    if (rowCount === 0) return;
    await recordAudit(tx, call, {
      action: frozen ? 'wallet.freeze' : 'wallet.unfreeze',
      target: `user:${userId}`,
      reason,
    });
  });
}
