/** Who may do what to whose account. */

const ROLES = ['user', 'moderator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const isRole = (text: string): text is Role => ROLES.some((role) => role === text);

/** In one order and once each; everybody is a `user`. */
export const wholeRoles = (roles: readonly Role[]): readonly Role[] =>
  ROLES.filter((role) => role === 'user' || roles.includes(role));

/** Moderators keep users and each other in order; only an administrator bans an administrator. */
export const mayBan = (actor: readonly string[], target: readonly string[]): boolean =>
  actor.includes('admin') || (actor.includes('moderator') && !target.includes('admin'));

export const losesARole = (before: readonly string[], after: readonly string[]): boolean =>
  before.some((role) => !after.includes(role));
