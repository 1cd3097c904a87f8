/** Who may see whose money. Pure. */
import { type Caller, CallerKind, commonErrors, hasRole, requireUser } from '@fanfare/kit';

/** Administrators and other services. */
export const mayReadAll = (caller: Caller): boolean =>
  hasRole(caller, 'admin') ||
  caller.kind === CallerKind.CALLER_KIND_SERVICE ||
  caller.kind === CallerKind.CALLER_KIND_SYSTEM;

/** A wallet is its owner's business, and that of administrators and other services. @throws FORBIDDEN, UNAUTHENTICATED */
export function requireReader(caller: Caller, userId: bigint): void {
  if (!mayReadAll(caller) && requireUser(caller) !== userId) throw commonErrors.FORBIDDEN();
}
