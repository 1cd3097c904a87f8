import { events } from '@fanfare/contracts';
import { type Call, requireUser } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import type { Room } from '../generated/prisma/client.ts';
import { changeRoom, fact } from './room-change.ts';
import { countOwnedRooms, insertRoom, lockOwner, type RoomFields, saveChanges } from './room-store.ts';

/** What its owner says about a room. */
export type NewRoom = Omit<RoomFields, 'ownerId' | 'tenantId'>;

/** Opens a room of the caller. A repeat opens another one, or is refused with ROOM_LIMIT_REACHED. */
export async function createRoom({ config, database, relay }: Deps, call: Call, wanted: NewRoom): Promise<Room> {
  const ownerId = requireUser(call.caller);
  const tenantId = call.caller.tenantId ?? null;
  const room = await database.transaction(async (tx) => {
    await lockOwner(tx, ownerId);
    const limit = config.MAX_OWNED_ROOMS;
    if ((await countOwnedRooms(tx, ownerId)) >= limit) throw errors.ROOM_LIMIT_REACHED({ limit: `${limit}` });
    const made = await insertRoom(tx, { ...wanted, ownerId, tenantId });
    const { id: roomId, name, createdAt } = made;
    const change = changeRoom(made, [fact(events.roomCreated, { roomId, ownerId, name, createdAt }, call)], createdAt);
    await saveChanges(tx, [change]);
    return change.room;
  });
  relay.wake();
  return room;
}
