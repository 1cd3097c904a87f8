import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { defineCommand } from './clients.ts';

/** Takes this socket out of the room, and the user with the last one. Safe to repeat. */
export const roomLeave = defineCommand({
  event: 'room.leave',
  summary: 'Take this socket out of a room; the user leaves it with the last one. Safe to repeat.',
  payload: fields.object({ roomId: fields.id() }),
  ack: z.null(),
  refusals: ['ROOM_NOT_FOUND'],
  example: { payload: { roomId: 42 }, data: null },
  run: ({ clients, presence, registry }, session, { roomId }, call) =>
    session.inTurn(async () => {
      const { userId } = session.principal;
      session.leaveRoomWhere((stay) => stay.roomId === roomId);
      const isLast = !registry.hasPair(roomId, userId) && (await presence.withdraw(roomId, userId));
      if (isLast) await clients.rooms.call.leaveRoom({ roomId }, call);
      return { data: null };
    }),
});
