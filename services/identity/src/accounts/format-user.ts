import type { User as PublicUser, Session } from '@fanfare/contracts/identity/v1/identity_service';
import type { Deps } from '../deps.ts';
import type { Grant } from '../sessions/open-session.ts';
import type { User } from './user-store.ts';

/** What everybody may know of an account: neither address nor number. */
export const formatUser = (user: User): PublicUser => ({
  id: user.id,
  username: user.username,
  displayName: user.displayName,
  avatarUrl: user.avatarUrl ?? undefined,
  roles: user.roles,
  banned: user.bannedAt !== null,
  lastActiveAt: user.lastActiveAt,
  createdAt: user.createdAt,
});

/** Signs the access token of a session that has been committed. */
export async function formatSession(deps: Deps, { user, sessionId, refreshToken }: Grant): Promise<Session> {
  const { id: userId, roles, tenantId } = user;
  return {
    user: formatUser(user),
    accessToken: await deps.keys.sign({ userId, sessionId, roles, tenantId }),
    refreshToken,
    expiresInSeconds: deps.times.accessTtlSeconds,
  };
}
