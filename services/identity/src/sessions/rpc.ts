import type { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import type { Handlers } from '@fanfare/kit';
import { parseLogin } from '../accounts/credentials.ts';
import type { Deps } from '../deps.ts';
import { endSession } from './end-session.ts';
import { formatSession } from './format-session.ts';
import { logInUser } from './log-in-user.ts';
import { parseDevice, parseRefreshToken } from './parse-session.ts';
import { refreshSession } from './refresh-session.ts';

export const sessionHandlers = (deps: Deps) =>
  ({
    login: async (request, call) => {
      const login = { attempt: parseLogin(request), device: parseDevice(request.device) };
      return { session: await formatSession(deps, await logInUser(deps, call, login)) };
    },

    refresh: async (request, call) => {
      const refresh = { token: parseRefreshToken(request.refreshToken), device: parseDevice(request.device) };
      return { session: await formatSession(deps, await refreshSession(deps, call, refresh)) };
    },

    logout: async (_request, call) => {
      await endSession(deps, call);
      return {};
    },
  }) satisfies Partial<Handlers<typeof IdentityServiceService>>;
