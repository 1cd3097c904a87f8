import { events } from '@fanfare/contracts';
import type { Call } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import type { Room } from '../generated/prisma/client.ts';
import { changeRoom, fact } from './room-change.ts';
import { countOwnedRooms, insertRoom, lockOwner, type NewRoom, saveChanges } from './room-store.ts';

/** Opens a room. A repeat is another room, or is refused with ROOM_LIMIT_REACHED. */
export async function createRoom({ config, database, relay }: Deps, call: Call, wanted: NewRoom): Promise<Room> {
  const room = await database.transaction(async (tx) => {
    await lockOwner(tx, wanted.ownerId);
    const limit = config.MAX_OWNED_ROOMS;
    if ((await countOwnedRooms(tx, wanted.ownerId)) >= limit) throw errors.ROOM_LIMIT_REACHED({ limit: `${limit}` });
    const made = await insertRoom(tx, wanted);
    const { id: roomId, ownerId, name, createdAt } = made;
    const change = changeRoom(made, [fact(events.roomCreated, { roomId, ownerId, name, createdAt }, call)], createdAt);
    await saveChanges(tx, [change]);
    return change.room;
  });
  relay.wake();
  return room;
}
