import { events } from '@fanfare/contracts';
import type { Sql } from '@fanfare/database';
import type { Call } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import { endParticipations } from '../participant-store.ts';
import { changeRoom, fact } from '../room-change.ts';
import { lockRoom, saveChanges } from '../room-store.ts';

/** Safe to repeat: who is not in the room has left it. */
export async function leaveRoom(deps: Deps, call: Call, roomId: bigint, userId: bigint): Promise<void> {
  if (await deps.database.transaction((tx) => leave(tx, call, roomId, userId))) {
    deps.relay.wake();
    deps.metrics.left('left', 1);
    deps.presence.gone([{ roomId, userId }]);
  }
}

async function leave(tx: Sql, call: Call, roomId: bigint, userId: bigint): Promise<boolean> {
  const room = await lockRoom(tx, roomId);
  if (room === null) throw errors.ROOM_NOT_FOUND({ roomId: roomId.toString() });
  const [ended] = await endParticipations(tx, roomId, [userId], 'left');
  if (ended === undefined) return false;
  const { leftAt } = ended;
  const left = fact(events.participantLeft, { roomId, userId, cause: 'left', leftAt });
  await saveChanges(tx, [changeRoom(room, [left], leftAt, room.participantCount - 1)], call);
  return true;
}
