import { events } from '@fanfare/contracts';
import type { Sql } from '@fanfare/database';
import { type Call, requireUser } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import type { Command, Outcome } from '../lanes.ts';
import { changeRoom, fact } from '../rooms/room-change.ts';
import { lockRoom, saveChanges } from '../rooms/room-store.ts';
import { type Ended, endParticipations } from './participant-store.ts';

interface Leave extends Command {
  readonly call: Call;
  readonly userId: bigint;
}

/**
 * It is safe to repeat: who is not in the room has left it. Those who leave a room at once leave in one transaction.
 * @throws ROOM_NOT_FOUND
 */
export function leaveRoom(deps: Deps, call: Call, { roomId }: { readonly roomId: bigint }): Promise<void> {
  return deps.lanes.ride(leaveTogether, deps, roomId, { call, userId: requireUser(call.caller) });
}

async function leaveTogether(deps: Deps, roomId: bigint, leaves: readonly Leave[]): Promise<readonly Outcome<void>[]> {
  const ended = await deps.database.transaction((tx) => end(tx, roomId, leaves));
  if (ended === null) return leaves.map(() => ({ error: errors.ROOM_NOT_FOUND({ roomId: roomId.toString() }) }));
  if (ended.length > 0) deps.relay.wake();
  deps.metrics.left('left', ended.length);
  deps.presence.gone(ended.map(({ userId }) => ({ roomId, userId })));
  return leaves.map(() => ({ value: undefined }));
}

/** Null when there is no such room. */
async function end(tx: Sql, roomId: bigint, commands: readonly Leave[]): Promise<readonly Ended[] | null> {
  const room = await lockRoom(tx, roomId);
  if (room === null) return null;
  const userIds = commands.map(({ userId }) => userId);
  const ended = await endParticipations(tx, roomId, userIds, 'left');
  const [first] = ended;
  if (first === undefined) return ended;
  const facts = ended.map(({ userId, leftAt }) => {
    const command = commands[userIds.indexOf(userId)];
    return fact(events.participantLeft, { roomId, userId, cause: 'left', leftAt }, command?.call);
  });
  await saveChanges(tx, [changeRoom(room, facts, first.leftAt, room.participantCount - ended.length)]);
  return ended;
}
