import { recordAudit } from '@fanfare/database';
import { type Call, commonErrors } from '@fanfare/kit';
import { announce } from '@fanfare/messaging';
import { userBanned } from '../accounts/announcements.ts';
import { mayBan } from '../accounts/roles.ts';
import { setBannedAt, type User } from '../accounts/user-store.ts';
import type { Deps } from '../deps.ts';
import { revokeAllSessions } from '../sessions/session-store.ts';
import { type Judgement, lockForAction } from './act-on-user.ts';

/**
 * Ends every session of the user and refuses new ones. Repeating it changes and announces nothing, but is recorded.
 * @throws FORBIDDEN, OWN_ACCOUNT, USER_NOT_FOUND
 */
export async function banUser(deps: Deps, call: Call, { userId, reason }: Judgement): Promise<User> {
  const at = deps.clock.now();
  const user = await deps.database.transaction(async (tx) => {
    const { actorRoles, target } = await lockForAction(tx, call, userId, ['moderator', 'admin']);
    if (!mayBan(actorRoles, target.roles)) throw commonErrors.FORBIDDEN({ required: 'admin' });
    await recordAudit(tx, call, { action: 'user.ban', target: `user:${userId}`, reason });
    if (target.bannedAt !== null) return target;
    const banned = await setBannedAt(tx, userId, at);
    // One event for all of them: the ban itself tells gateways that no session of the user is good any more.
    await revokeAllSessions(tx, userId, 'ban', at);
    await announce(tx, userBanned(banned, { byUserId: call.caller.userId, reason, at }, call));
    return banned;
  });
  deps.wakeRelay();
  return user;
}
