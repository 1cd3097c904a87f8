import { commonErrors, hasRole } from '@fanfare/kit';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../authenticator.ts';
import type { Access, Verify } from './route-config.ts';

/** Roles that may pass; a moderator's door is open to administrators too. */
const ROLES: Partial<Record<Access, readonly string[]>> = {
  moderator: ['moderator', 'admin'],
  admin: ['admin'],
};

/** @throws UNAUTHENTICATED, TOKEN_INVALID, TOKEN_EXPIRED, SESSION_REVOKED, FORBIDDEN */
export async function authenticate(
  access: Access,
  authorization: string | undefined,
  verify: Verify,
): Promise<Principal | null> {
  if (access === 'public') return null;
  const token = bearerOf(authorization);
  if (token === null) {
    if (access === 'optional') return null;
    throw commonErrors.UNAUTHENTICATED();
  }
  const principal = await verify(token);
  const roles = ROLES[access];
  if (roles !== undefined && !hasRole(principal.caller, ...roles)) {
    throw commonErrors.FORBIDDEN({ required: roles.join(' or ') });
  }
  return principal;
}

export function bearerOf(authorization: string | undefined): string | null {
  const [, token] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  return token ?? null;
}

/** The logged-in user of a route that demands one. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw commonErrors.UNAUTHENTICATED();
  return request.principal;
}
