import type { FastifyRequest } from 'fastify';
import { enforce, type Limiter } from '../limits/limiter.ts';
import type { LimitKey, Policies, Policy } from '../limits/policies.ts';
import { bearerOf } from './access.ts';

/** Which policy a request is under, unless its route has none. */
export function policyOf(request: FastifyRequest, policies: Policies): Policy | null {
  const { limit } = request.routeOptions.config;
  if (limit === 'none') return null;
  if (limit === undefined) return request.principal === null ? policies.ip : policies.user;
  return typeof limit === 'string' ? policies[limit] : limit;
}

/** A user has one bucket, whether they ask by HTTP or by socket. */
export const userKey = (userId: bigint): string => userId.toString();

/** Whoever cannot be told by what the policy counts is told by address. */
export function limitKeyOf(request: FastifyRequest, by: LimitKey): string {
  if (by === 'user' && request.principal !== null) return userKey(request.principal.userId);
  if (by === 'token' && request.principal !== null) return `session:${request.principal.sessionId}`;
  if (by === 'token') return `token:${bearerOf(request.headers.authorization) ?? request.ip}`;
  const value = by.startsWith('header:') ? request.headers[by.slice('header:'.length)] : undefined;
  return typeof value === 'string' ? `${by}:${value.slice(0, 128)}` : `ip:${request.ip}`;
}

/** @throws RATE_LIMITED */
export async function limitRate(request: FastifyRequest, limiter: Limiter, policies: Policies): Promise<void> {
  const policy = policyOf(request, policies);
  if (policy !== null) enforce(policy, await limiter.take(policy, limitKeyOf(request, policy.by)));
}

/** Takes from the address: for requests that name nobody, such as wrong tokens and unknown routes. @throws RATE_LIMITED */
export async function limitAddress(request: FastifyRequest, limiter: Limiter, policies: Policies): Promise<void> {
  enforce(policies.ip, await limiter.take(policies.ip, `ip:${request.ip}`));
}
