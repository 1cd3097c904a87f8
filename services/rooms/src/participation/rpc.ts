import type { RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { type Handlers, parseId, parseIdKey, parsePage, requireKnown } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { formatRoom } from '../rooms/format-room.ts';
import { readRoom } from '../rooms/room-queries.ts';
import { formatParticipant } from './format-participant.ts';
import { joinRoom } from './join-room.ts';
import { leaveRoom } from './leave-room.ts';
import { readParticipants } from './participant-queries.ts';
import { refreshRoomToken } from './refresh-room-token.ts';
import { validateRoomToken } from './validate-room-token.ts';

export const participationHandlers = (deps: Deps) =>
  ({
    joinRoom: async ({ roomId }, call) => {
      const { room, token } = await joinRoom(deps, call, { roomId: parseId('roomId', roomId) });
      return { room: formatRoom(room), token };
    },

    leaveRoom: async ({ roomId }, call) => {
      await leaveRoom(deps, call, { roomId: parseId('roomId', roomId) });
      return {};
    },

    listParticipants: async (request, { caller }) => {
      requireKnown(caller);
      const page = parsePage(request, parseIdKey);
      const room = await readRoom(deps, parseId('roomId', request.roomId));
      const { items, nextCursor } = await readParticipants(deps, room.id, page);
      return { participants: items.map(formatParticipant), nextCursor };
    },

    refreshRoomToken: async ({ roomId }, call) => ({
      token: await refreshRoomToken(deps, call, { roomId: parseId('roomId', roomId) }),
    }),

    validateRoomToken: async ({ token }) => {
      const { permissions, ...claims } = await validateRoomToken(deps, token);
      return { ...claims, permissions: [...permissions] };
    },
  }) satisfies Partial<Handlers<typeof RoomsServiceService>>;
