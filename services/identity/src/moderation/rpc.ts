import type { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import { type Handlers, invalid, parseReason } from '@fanfare/kit';
import { formatUser } from '../accounts/format-user.ts';
import { isRole, type Role, wholeRoles } from '../accounts/roles.ts';
import type { Deps } from '../deps.ts';
import { banUser } from './ban-user.ts';
import { setRoles } from './set-roles.ts';
import { unbanUser } from './unban-user.ts';

export const moderationHandlers = (deps: Deps) =>
  ({
    banUser: async ({ userId, reason }, call) => ({
      user: formatUser(await banUser(deps, call, { userId, reason: parseReason(reason) })),
    }),

    unbanUser: async ({ userId, reason }, call) => ({
      user: formatUser(await unbanUser(deps, call, { userId, reason: parseReason(reason) })),
    }),

    setRoles: async ({ userId, roles, reason }, call) => ({
      user: formatUser(await setRoles(deps, call, { userId, roles: parseRoles(roles), reason: parseReason(reason) })),
    }),
  }) satisfies Partial<Handlers<typeof IdentityServiceService>>;

function parseRoles(texts: readonly string[]): readonly Role[] {
  return wholeRoles(
    texts.map((text) => {
      if (!isRole(text)) throw invalid('roles', `${text} is no role`);
      return text;
    }),
  );
}
