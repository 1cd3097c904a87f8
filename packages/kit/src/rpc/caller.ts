/** Who asks. The gateway proves it once; services read it from the call's metadata and authorise by themselves. */
import { Caller, CallerKind } from '@fanfare/contracts/common/v1/caller';
import type { Metadata } from '@grpc/grpc-js';
import { commonErrors } from '../errors.ts';

export { Caller, CallerKind } from '@fanfare/contracts/common/v1/caller';

const CALLER_KEY = 'fanfare-caller-bin';

/** Nobody in particular: registering, logging in, looking at a public page. */
export const anonymous: Caller = Caller.create({ kind: CallerKind.CALLER_KIND_UNSPECIFIED });

export const userCaller = (userId: bigint, more: Partial<Caller> = {}): Caller =>
  Caller.create({ ...more, kind: CallerKind.CALLER_KIND_USER, userId });

export const serviceCaller = (name: string): Caller => Caller.create({ kind: CallerKind.CALLER_KIND_SERVICE, name });

/** Jobs, consumers and the command line. */
export const systemCaller: Caller = Caller.create({ kind: CallerKind.CALLER_KIND_SYSTEM, roles: ['admin'] });

export function writeCaller(metadata: Metadata, caller: Caller): void {
  metadata.set(CALLER_KEY, Buffer.from(Caller.encode(caller).finish()));
}

export function readCaller(metadata: Metadata): Caller {
  const [bytes] = metadata.get(CALLER_KEY);
  return bytes instanceof Buffer ? Caller.decode(bytes) : anonymous;
}

/** The caller's user id. @throws UNAUTHENTICATED for anybody who is not a user */
export function requireUser(caller: Caller): bigint {
  if (caller.userId === undefined) throw commonErrors.UNAUTHENTICATED();
  return caller.userId;
}

export const hasRole = (caller: Caller, ...roles: readonly string[]): boolean =>
  caller.roles.some((role) => roles.includes(role));

/** @throws FORBIDDEN unless the caller has one of the roles */
export function requireRole(caller: Caller, ...roles: readonly string[]): void {
  if (caller.kind === CallerKind.CALLER_KIND_UNSPECIFIED) throw commonErrors.UNAUTHENTICATED();
  if (!hasRole(caller, ...roles)) throw commonErrors.FORBIDDEN({ required: roles.join(' or ') });
}

/** @throws UNAUTHENTICATED for nobody in particular */
export function requireKnown(caller: Caller): void {
  if (caller.kind === CallerKind.CALLER_KIND_UNSPECIFIED) throw commonErrors.UNAUTHENTICATED();
}

/** @throws FORBIDDEN unless another service or the platform itself calls */
export function requireInternal(caller: Caller): void {
  const internal: readonly CallerKind[] = [CallerKind.CALLER_KIND_SERVICE, CallerKind.CALLER_KIND_SYSTEM];
  if (!internal.includes(caller.kind)) throw commonErrors.FORBIDDEN({ required: 'service' });
}

/** A stable text for ids and audit rows: `user:7`, `service:bridge`, `token:…`, `system`. */
export function callerKey(caller: Caller): string {
  if (caller.kind === CallerKind.CALLER_KIND_USER) return `user:${requireUser(caller)}`;
  if (caller.kind === CallerKind.CALLER_KIND_SERVICE) return `service:${caller.name ?? 'unknown'}`;
  if (caller.kind === CallerKind.CALLER_KIND_API_TOKEN) return `token:${caller.name ?? 'unknown'}`;
  if (caller.kind === CallerKind.CALLER_KIND_SYSTEM) return 'system';
  throw commonErrors.UNAUTHENTICATED();
}
