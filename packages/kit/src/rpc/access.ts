import type { Access } from '@fanfare/contracts/rpc-rules';
import { type Caller, requireInternal, requireKnown, requireRole } from './caller.ts';

/**
 * The guard in front of every handler: whether the caller is at least what the RPC's proto demands. What the levels
 * mean for users, API tokens, services and the system is said in fanfare/common/v1/options.proto.
 * @throws UNAUTHENTICATED, FORBIDDEN
 */
export function requireAccess(caller: Caller, access: Access): void {
  switch (access) {
    case 'public':
      return;
    case 'user':
      requireKnown(caller);
      return;
    case 'moderator':
      requireRole(caller, 'moderator', 'admin');
      return;
    case 'admin':
      requireRole(caller, 'admin');
      return;
    case 'internal':
      requireInternal(caller);
      return;
  }
}
