import { recordAudit } from '@fanfare/database';
import type { Call } from '@fanfare/kit';
import { announce } from '@fanfare/messaging';
import { losesARole, type Role } from '../accounts/roles.ts';
import { setUserRoles, type User } from '../accounts/user-store.ts';
import type { Deps } from '../deps.ts';
import { sessionRevoked } from '../sessions/announcements.ts';
import { revokeAllSessions } from '../sessions/session-store.ts';
import { type Judgement, lockForAction } from './act-on-user.ts';

export interface NewRoles extends Judgement {
  readonly roles: readonly Role[];
}

/**
 * Replaces an account's roles. A role that is added shows in the next access token; one that is taken away ends the
 * account's sessions, because tokens that still carry it would be good for up to a quarter of an hour.
 * @throws FORBIDDEN, OWN_ACCOUNT, USER_NOT_FOUND
 */
export async function setRoles(deps: Deps, call: Call, { userId, roles, reason }: NewRoles): Promise<User> {
  const at = deps.clock.now();
  const user = await deps.database.transaction(async (tx) => {
    const { target } = await lockForAction(tx, call, userId, ['admin']);
    const details = { before: target.roles.join(' '), after: roles.join(' ') };
    await recordAudit(tx, call, { action: 'user.set_roles', target: `user:${userId}`, reason, details });
    if (losesARole(target.roles, roles)) {
      const revoked = await revokeAllSessions(tx, userId, 'roles', at);
      await announce(
        tx,
        revoked.map((session) => sessionRevoked(session, { cause: 'roles', at }, call)),
      );
    }
    return setUserRoles(tx, userId, roles);
  });
  deps.wakeRelay();
  return user;
}
