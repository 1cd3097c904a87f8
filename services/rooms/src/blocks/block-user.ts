import { events } from '@fanfare/contracts';
import { recordAudit, type Sql } from '@fanfare/database';
import { type Call, invalid } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import { endParticipations } from '../participation/participant-store.ts';
import { actorOf, authorise } from '../rooms/room-authority.ts';
import { changeRoom, fact } from '../rooms/room-change.ts';
import { lockRoom, saveChanges } from '../rooms/room-store.ts';
import { insertBlock } from './block-store.ts';

export interface Block {
  readonly roomId: bigint;
  readonly userId: bigint;
  readonly reason: string;
}

/**
 * Keeps a user out, and puts them out if they are in. It is safe to repeat: the first block and its reason stay.
 * @throws USER_NOT_FOUND, ROOM_NOT_FOUND, ROOM_CLOSED, UNAUTHORIZED_ROOM_ACTION, INVALID_ARGUMENT for the owner and for oneself
 */
export async function blockUser(deps: Deps, call: Call, block: Block): Promise<void> {
  await deps.users.require([block.userId]);
  const { changed, removed } = await deps.database.transaction((tx) => record(tx, call, block));
  if (changed) deps.relay.wake();
  if (removed) {
    deps.metrics.left('blocked', 1);
    deps.presence.gone([block]);
  }
}

async function record(tx: Sql, call: Call, block: Block): Promise<{ changed: boolean; removed: boolean }> {
  const { roomId, userId, reason } = block;
  const byUserId = actorOf(call.caller);
  const room = await lockRoom(tx, roomId);
  if (room === null) throw errors.ROOM_NOT_FOUND({ roomId: roomId.toString() });
  const authority = authorise(call.caller, room, 'block');
  if (userId === byUserId) throw invalid('userId', 'must be somebody else');
  if (userId === room.ownerId) throw invalid('userId', 'must not be the owner of the room');
  if (room.status !== 'active') throw errors.ROOM_CLOSED({ roomId: roomId.toString() });

  const blockedAt = await insertBlock(tx, roomId, userId, byUserId, reason);
  if (blockedAt === null) return { changed: false, removed: false };
  const [ended] = await endParticipations(tx, roomId, [userId], 'blocked');
  const blocked = fact(events.memberBlocked, { ...block, byUserId, blockedAt }, call);
  const facts =
    ended === undefined
      ? [blocked]
      : [blocked, fact(events.participantLeft, { roomId, userId, cause: 'blocked', leftAt: ended.leftAt }, call)];
  const count = room.participantCount - (ended === undefined ? 0 : 1);
  await saveChanges(tx, [changeRoom(room, facts, blockedAt, count)]);
  if (authority === 'platform') {
    const details = { userId: userId.toString() };
    await recordAudit(tx, call, { action: 'room.block', target: `room:${roomId}`, reason, details });
  }
  return { changed: true, removed: ended !== undefined };
}
