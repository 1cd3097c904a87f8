import type { User as PublicUser } from '@fanfare/contracts/identity/v1/identity_service';
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
