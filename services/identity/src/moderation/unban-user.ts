import { recordAudit } from '@fanfare/database';
import { type Call, commonErrors } from '@fanfare/kit';
import { announce } from '@fanfare/messaging';
import { userUnbanned } from '../accounts/announcements.ts';
import { mayBan } from '../accounts/roles.ts';
import { setBannedAt, type User } from '../accounts/user-store.ts';
import type { Deps } from '../deps.ts';
import { type Judgement, lockForAction } from './act-on-user.ts';

/**
 * Lets the user log in again; sessions that the ban ended stay ended. Repeating it changes and announces nothing.
 * @throws FORBIDDEN, OWN_ACCOUNT, USER_NOT_FOUND
 */
export async function unbanUser(deps: Deps, call: Call, { userId, reason }: Judgement): Promise<User> {
  const at = deps.clock.now();
  const user = await deps.database.transaction(async (tx) => {
    const { actorRoles, target } = await lockForAction(tx, call, userId, ['moderator', 'admin']);
    // Who may not ban them may not undo it either.
    if (!mayBan(actorRoles, target.roles)) throw commonErrors.FORBIDDEN({ required: 'admin' });
    await recordAudit(tx, call, { action: 'user.unban', target: `user:${userId}`, reason });
    if (target.bannedAt === null) return target;
    const unbanned = await setBannedAt(tx, userId, null);
    await announce(tx, userUnbanned(unbanned, { byUserId: call.caller.userId, reason, at }, call));
    return unbanned;
  });
  deps.wakeRelay();
  return user;
}
