import { type Call, requireUser } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { readParticipation } from './participant-queries.ts';
import { permissionsOf } from './room-token.ts';

/** Gives a participant a fresh token of the same stay. @throws NOT_A_PARTICIPANT */
export async function refreshRoomToken(
  deps: Deps,
  call: Call,
  { roomId }: { readonly roomId: bigint },
): Promise<string> {
  const userId = requireUser(call.caller);
  const { joinedAt: since, room } = await readParticipation(deps, roomId, userId);
  return deps.tokens.issue({ roomId, userId, since }, permissionsOf(userId, room.ownerId));
}
