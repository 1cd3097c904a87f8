import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import { readParticipation } from './participant-queries.ts';
import type { RoomTokenClaims } from './room-token.ts';

/** What a token says, if its stay still lasts. @throws TOKEN_INVALID, TOKEN_EXPIRED, NOT_A_PARTICIPANT */
export async function validateRoomToken(deps: Deps, token: string): Promise<RoomTokenClaims> {
  const claims = await deps.tokens.verify(token);
  const { joinedAt } = await readParticipation(deps, claims.roomId, claims.userId);
  // The user came back after a leave or a kick; the token is of the stay before.
  if (joinedAt.getTime() !== claims.since.getTime()) {
    throw errors.NOT_A_PARTICIPANT({ roomId: claims.roomId.toString() });
  }
  return claims;
}
