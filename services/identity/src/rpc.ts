/** Handlers: parse, call, format. */
import type { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import { type Handlers, invalid } from '@fanfare/kit';
import { parseLogin, parseRegistration } from './accounts/credentials.ts';
import { formatSession, formatUser } from './accounts/format-user.ts';
import { registerUser } from './accounts/register-user.ts';
import { isRole, type Role, wholeRoles } from './accounts/roles.ts';
import { findUser, findUsers } from './accounts/user-store.ts';
import type { Deps } from './deps.ts';
import { errors } from './errors.ts';
import { rotateKey } from './keys/rotate-key.ts';
import { banUser } from './moderation/ban-user.ts';
import { setRoles } from './moderation/set-roles.ts';
import { unbanUser } from './moderation/unban-user.ts';
import { endSession } from './sessions/end-session.ts';
import { logInUser } from './sessions/log-in-user.ts';
import { refreshSession } from './sessions/refresh-session.ts';
import type { Device } from './sessions/session-store.ts';

const USERS_MOST = 256;
const REASON_MOST = 500;
/** 32 random bytes are 43 characters of base64url; what is much longer is no token of ours. */
const TOKEN_MOST = 128;
const USER_AGENT_MOST = 512;

export const handlers = (deps: Deps): Handlers<typeof IdentityServiceService> => ({
  register: async (request, call) => {
    const grant = await registerUser(deps, parseRegistration(request), parseDevice(request.device), call);
    return { session: await formatSession(deps, grant) };
  },
  login: async (request, call) => {
    const grant = await logInUser(deps, parseLogin(request), parseDevice(request.device), call);
    return { session: await formatSession(deps, grant) };
  },
  refresh: async (request, call) => {
    const grant = await refreshSession(deps, parseToken(request.refreshToken), parseDevice(request.device), call);
    return { session: await formatSession(deps, grant) };
  },
  logout: async (_request, call) => {
    await endSession(deps, call);
    return {};
  },
  getUser: async ({ userId }) => {
    const user = await findUser(deps.prisma, userId);
    if (user === null) throw errors.USER_NOT_FOUND();
    return { user: formatUser(user) };
  },
  getUsers: async ({ userIds }) => {
    if (userIds.length > USERS_MOST) throw invalid('userIds', `must be at most ${USERS_MOST}`);
    const users = userIds.length === 0 ? [] : await findUsers(deps.prisma, userIds);
    return { users: users.map(formatUser) };
  },
  getKeySet: async () => ({ jwks: await deps.keys.keySet() }),
  rotateKey: async (_request, call) => ({ keyId: await rotateKey(deps, call) }),
  banUser: async ({ userId, reason }, call) => ({
    user: formatUser(await banUser(deps, userId, parseReason(reason), call)),
  }),
  unbanUser: async ({ userId, reason }, call) => ({
    user: formatUser(await unbanUser(deps, userId, parseReason(reason), call)),
  }),
  setRoles: async ({ userId, roles, reason }, call) => {
    const change = { userId, roles: parseRoles(roles), reason: parseReason(reason) };
    return { user: formatUser(await setRoles(deps, change, call)) };
  },
});

const parseDevice = (device: Device | undefined): Device => ({
  ip: device?.ip.trim() ?? '',
  userAgent: device?.userAgent.slice(0, USER_AGENT_MOST) ?? '',
});

function parseToken(token: string): string {
  if (token === '') throw invalid('refreshToken', 'is required');
  if (token.length > TOKEN_MOST) throw errors.INVALID_REFRESH_TOKEN();
  return token;
}

function parseReason(text: string): string {
  const reason = text.trim();
  if (reason === '' || reason.length > REASON_MOST) throw invalid('reason', `must be 1 to ${REASON_MOST} characters`);
  return reason;
}

function parseRoles(texts: readonly string[]): readonly Role[] {
  return wholeRoles(
    texts.map((text) => {
      if (!isRole(text)) throw invalid('roles', `${text} is no role`);
      return text;
    }),
  );
}
