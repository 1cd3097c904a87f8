import { events } from '@fanfare/contracts';
import { recordAudit, type Sql } from '@fanfare/database';
import type { Call } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import type { Room } from '../generated/prisma/client.ts';
import { type Ended, endParticipations } from '../participation/participant-store.ts';
import { actorOf, authorise } from './room-authority.ts';
import { closeRoomFor, fact } from './room-change.ts';
import { databaseNow, lockRoom, saveChanges } from './room-store.ts';

/**
 * Puts everybody out, after which nothing can be said any more. It is safe to repeat: a closed room answers as it is.
 * @throws ROOM_NOT_FOUND, UNAUTHORIZED_ROOM_ACTION
 */
export async function closeRoom(deps: Deps, call: Call, { roomId }: { readonly roomId: bigint }): Promise<Room> {
  const { room, ended } = await deps.database.transaction((tx) => close(tx, call, roomId));
  if (ended === null) return room;
  deps.relay.wake();
  deps.metrics.left('closed', ended.length);
  deps.presence.gone(ended.map(({ userId }) => ({ roomId, userId })));
  return room;
}

interface Closed {
  readonly room: Room;
  /** Null when the room was closed before. */
  readonly ended: readonly Ended[] | null;
}

async function close(tx: Sql, call: Call, roomId: bigint): Promise<Closed> {
  const room = await lockRoom(tx, roomId);
  if (room === null) throw errors.ROOM_NOT_FOUND({ roomId: roomId.toString() });
  const authority = authorise(call.caller, room, 'close');
  if (room.status !== 'active') return { room, ended: null };

  const ended = await endParticipations(tx, roomId, 'everybody', 'closed');
  const closedAt = await databaseNow(tx);
  const left = ended.map(({ userId, leftAt }) =>
    fact(events.participantLeft, { roomId, userId, cause: 'closed', leftAt }, call),
  );
  const change = closeRoomFor(
    room,
    [...left, fact(events.roomClosed, { roomId, byUserId: actorOf(call.caller), closedAt }, call)],
    closedAt,
  );
  await saveChanges(tx, [change]);
  if (authority === 'platform') {
    await recordAudit(tx, call, { action: 'room.close', target: `room:${roomId}`, reason: '' });
  }
  return { room: change.room, ended };
}
