import type { Session } from '@fanfare/contracts/identity/v1/identity_service';
import { formatUser } from '../accounts/format-user.ts';
import type { Deps } from '../deps.ts';
import type { Grant } from './open-session.ts';

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
