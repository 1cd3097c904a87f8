import type { RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { type Handlers, parseId, parsePage, requireKnown } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { closeRoom } from './close-room.ts';
import { createRoom } from './create-room.ts';
import { formatRoom } from './format-room.ts';
import { parseNewRoom, parseRoomFilter, parseRoomKey } from './parse-room.ts';
import { readRoom, readRooms, readUserRooms } from './room-queries.ts';

export const roomHandlers = (deps: Deps) =>
  ({
    createRoom: async (request, call) => ({
      room: formatRoom(await createRoom(deps, call, parseNewRoom(request, deps.config))),
    }),

    getRoom: async ({ roomId }, { caller }) => {
      requireKnown(caller);
      return { room: formatRoom(await readRoom(deps, parseId('roomId', roomId))) };
    },

    listRooms: async (request, { caller }) => {
      requireKnown(caller);
      const page = parsePage(request, parseRoomKey);
      const { items, nextCursor } = await readRooms(deps, parseRoomFilter(request), page);
      return { rooms: items.map(formatRoom), nextCursor };
    },

    closeRoom: async ({ roomId }, call) => ({
      room: formatRoom(await closeRoom(deps, call, { roomId: parseId('roomId', roomId) })),
    }),

    getUserRooms: async ({ userId }) => readUserRooms(deps, parseId('userId', userId)),
  }) satisfies Partial<Handlers<typeof RoomsServiceService>>;
