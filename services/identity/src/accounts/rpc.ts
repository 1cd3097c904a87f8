import type { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import { type Handlers, invalid } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import { formatSession } from '../sessions/format-session.ts';
import { parseDevice } from '../sessions/parse-session.ts';
import { parseRegistration } from './credentials.ts';
import { formatUser } from './format-user.ts';
import { registerUser } from './register-user.ts';
import { findUser, findUsers } from './user-store.ts';

const USERS_MOST = 256;

export const accountHandlers = (deps: Deps) =>
  ({
    register: async (request, call) => {
      const wanted = { registration: parseRegistration(request), device: parseDevice(request.device) };
      return { session: await formatSession(deps, await registerUser(deps, call, wanted)) };
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
  }) satisfies Partial<Handlers<typeof IdentityServiceService>>;
