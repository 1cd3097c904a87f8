import { type Caller, CallerKind, hasRole } from '@fanfare/kit';
import { errors } from '../errors.ts';
import type { Room } from '../generated/prisma/client.ts';

/** The user who does it; 0 for the platform itself. */
export const actorOf = (caller: Caller): bigint => caller.userId ?? 0n;

/** What may be done to a room, and which roles of the platform may do it in anybody's. */
const PLATFORM_ROLES = {
  block: ['admin', 'moderator'],
  unblock: ['admin', 'moderator'],
  close: ['admin'],
} as const satisfies Record<string, readonly string[]>;

/**
 * By what right the caller does it: `owner` of the room, or by a role of the `platform` (which is audited).
 * @throws UNAUTHORIZED_ROOM_ACTION
 */
export function authorise(
  caller: Caller,
  room: Pick<Room, 'id' | 'ownerId'>,
  action: keyof typeof PLATFORM_ROLES,
): 'owner' | 'platform' {
  if (caller.kind !== CallerKind.CALLER_KIND_UNSPECIFIED) {
    if (caller.userId === room.ownerId) return 'owner';
    if (hasRole(caller, ...PLATFORM_ROLES[action])) return 'platform';
  }
  throw errors.UNAUTHORIZED_ROOM_ACTION({ action, roomId: room.id.toString() });
}
