import { events } from '@fanfare/contracts';
import { recordAudit, type Sql } from '@fanfare/database';
import type { Call } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import { actorOf, authorise } from '../rooms/room-authority.ts';
import { changeRoom, fact } from '../rooms/room-change.ts';
import { databaseNow, lockRoom, saveChanges } from '../rooms/room-store.ts';
import { deleteBlock } from './block-store.ts';

export interface Unblock {
  readonly roomId: bigint;
  readonly userId: bigint;
}

/**
 * Lets a user in again. It is safe to repeat: who is not blocked is unblocked.
 * @throws ROOM_NOT_FOUND, UNAUTHORIZED_ROOM_ACTION
 */
export async function unblockUser(deps: Deps, call: Call, unblock: Unblock): Promise<void> {
  if (await deps.database.transaction((tx) => record(tx, call, unblock))) deps.relay.wake();
}

async function record(tx: Sql, call: Call, unblock: Unblock): Promise<boolean> {
  const { roomId, userId } = unblock;
  const room = await lockRoom(tx, roomId);
  if (room === null) throw errors.ROOM_NOT_FOUND({ roomId: roomId.toString() });
  const authority = authorise(call.caller, room, 'unblock');
  if (!(await deleteBlock(tx, roomId, userId))) return false;
  const unblockedAt = await databaseNow(tx);
  const unblocked = fact(events.memberUnblocked, { ...unblock, byUserId: actorOf(call.caller), unblockedAt }, call);
  await saveChanges(tx, [changeRoom(room, [unblocked], unblockedAt)]);
  if (authority === 'platform') {
    const details = { userId: userId.toString() };
    await recordAudit(tx, call, { action: 'room.unblock', target: `room:${roomId}`, reason: '', details });
  }
  return true;
}
