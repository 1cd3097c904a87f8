import type { Sql } from '@fanfare/database';
import { type Call, commonErrors, requireRole } from '@fanfare/kit';
import type { Role } from '../accounts/roles.ts';
import { lockUsers, type User } from '../accounts/user-store.ts';
import { errors } from '../errors.ts';

/** What is decided about somebody's account, and why. */
export interface Judgement {
  readonly userId: bigint;
  readonly reason: string;
}

export interface Action {
  /** Of whoever acts, as stored now. */
  readonly actorRoles: readonly string[];
  readonly target: User;
}

/**
 * Locks whoever acts and whom they act on, and checks the actor by the locked row: roles in a token may be minutes old,
 * and two administrators who ban each other at the same moment must not both succeed.
 * @throws FORBIDDEN, OWN_ACCOUNT, USER_NOT_FOUND
 */
export async function lockForAction(tx: Sql, call: Call, targetId: bigint, allowed: readonly Role[]): Promise<Action> {
  requireRole(call.caller, ...allowed);
  const actorId = call.caller.userId;
  if (actorId === targetId) throw errors.OWN_ACCOUNT();
  const users = await lockUsers(tx, actorId === undefined ? [targetId] : [actorId, targetId]);
  const actorRoles = actorId === undefined ? call.caller.roles : storedRoles(users.get(actorId));
  if (!allowed.some((role) => actorRoles.includes(role))) {
    throw commonErrors.FORBIDDEN({ required: allowed.join(' or ') });
  }
  const target = users.get(targetId);
  if (target === undefined) throw errors.USER_NOT_FOUND();
  return { actorRoles, target };
}

const storedRoles = (actor: User | undefined): readonly string[] =>
  actor === undefined || actor.bannedAt !== null ? [] : actor.roles;
