import { roomChannel } from '@fanfare/contracts';
import { type CallOptions, commonErrors } from '@fanfare/kit';
import { z } from 'zod';
import type { Resume } from '../../edge/channel.ts';
import { decodePosition } from '../../edge/position.ts';
import type { EdgeRecord } from '../../edge/record.ts';
import * as fields from '../../http/fields.ts';
import type { Answer } from '../../socket/command.ts';
import { placeOf } from '../../socket/fanout-frame.ts';
import { RoomListener } from '../../socket/listeners.ts';
import type { Session } from '../../socket/session.ts';
import { type Deps, defineCommand } from './clients.ts';
import { presentSnapshot, type RoomJoined, roomJoined, roomJoinedExample } from './room-joined.ts';
import { type RoomClaims, verifyRoomToken } from './room-token.ts';

const TOKEN_LENGTH_MOST = 4096;

/** How much older than the stay its position may be: a stay begins with a tick of some seconds ago. */
const BEFORE_STAY_MS = 10_000;

const LONG_AGO = new Date(0);

export const roomJoin = defineCommand({
  event: 'room.join',
  summary: 'Enter a room that was joined by REST, and leave the one before. Events of the room follow the ack.',
  payload: fields.object({
    token: fields.exactText(1, TOKEN_LENGTH_MOST).describe('The room token, as joining the room by REST answers it.'),
    // What it is is the gateway's business: anything that is not a position recovers nothing.
    off: z.unknown().optional().describe('The newest `off` of this room, to go on from there.'),
  }),
  ack: roomJoined,
  refusals: ['TOKEN_INVALID', 'TOKEN_EXPIRED', 'ROOM_NOT_FOUND', 'NOT_A_PARTICIPANT'],
  example: {
    payload: { token: 'eyJhbGciOiJIUzI1NiJ9.eyJyb29tIjo0Mn0.c2lnbmF0dXJl' },
    data: roomJoinedExample,
  },
  run: async (deps, session, { token, off }, call) => {
    const claims = await verifyRoomToken(token, session.principal.userId, deps.roomTokenSecrets, deps.clock);
    return session.inTurn(() => enter(deps, session, claims, off, call));
  },
});

/** The position is taken before the snapshot is asked for, so that nothing falls between the two. */
async function enter(
  deps: Deps,
  session: Session,
  claims: RoomClaims,
  off: unknown,
  call: CallOptions,
): Promise<Answer<RoomJoined>> {
  const { roomId, userId, since } = claims;
  session.leaveRoom('native');
  const channel = roomChannel(roomId);
  const isEvicted = deps.revocations.isEvicted(roomId, userId, since);
  const member = new RoomListener(session, channel, 'native');
  // The block itself, and what came with it, may have been shown before it took effect here.
  const wasEvicted = deps.revocations.isEvicted(roomId, userId, LONG_AGO);
  const resume = isEvicted ? null : resumeOf(claims, off, wasEvicted ? 0 : BEFORE_STAY_MS);
  const membership = await deps.hub.join(channel, member, resume);
  try {
    const { recovered, position } = membership;
    // Presence may say that somebody is still in the room; that somebody is not, only the rooms service may.
    const isKnown = recovered && (await deps.presence.isPresent(roomId, userId));
    const snapshot = isKnown ? null : presentSnapshot(await deps.clients.rooms.call.getSnapshot({ roomId }, call));
    // The socket has gone; nobody reads this.
    if (session.hasEnded()) throw commonErrors.UNAVAILABLE();
    // A block that came meanwhile found nobody in the room to put out: the rooms service is asked, now or again.
    if (!isEvicted && deps.revocations.isEvicted(roomId, userId, since)) {
      membership.leave();
      return await enter(deps, session, claims, off, call);
    }
    session.enterRoom('native', { roomId, since, membership });
    // Before the ack: a leave on another gateway right after it must know of this socket.
    await deps.presence.announce(roomId, userId);
    const place = placeOf(channel, position);
    const data: RoomJoined =
      recovered || snapshot === null ? { ...place, recovered: true } : { ...place, recovered: false, ...snapshot };
    return { data, afterwards: () => session.begin(membership) };
  } catch (error) {
    membership.leave();
    throw error;
  }
}

/** Who was out and came back does not read what was said meanwhile. */
function resumeOf({ userId, since }: RoomClaims, off: unknown, beforeStayMs: number): Resume | null {
  const position = decodePosition(off);
  if (position === null) return null;
  return {
    position,
    accepts: ({ positionAt, records }) =>
      positionAt >= since.getTime() - beforeStayMs && !records.some((record) => putsOut(record, userId)),
  };
}

const OUT = ['room.member_blocked', 'room.member_kicked'];

function putsOut({ message: { name, data } }: EdgeRecord, userId: bigint): boolean {
  return OUT.includes(name) && (data as { readonly user_id?: unknown }).user_id === Number(userId);
}
