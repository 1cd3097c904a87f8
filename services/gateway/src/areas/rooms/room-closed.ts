import { roomChannel } from '@fanfare/contracts';
import type { RoomClosed } from '@fanfare/contracts/rooms/event/v1/rooms_events';
import { z } from 'zod';
import { id, idOf } from '../../present/scalars.ts';
import { defineEvent } from '../../protocol/event.ts';

export const roomClosed = defineEvent({
  name: 'room.closed',
  summary: 'The room is over; nothing follows on its channel.',
  on: ['room'],
  class: 'reliable',
  data: z.object({ room_id: id }),
  examples: [{ room_id: 42 }],
});

export const showClosing = ({ roomId }: RoomClosed) => [roomClosed.to(roomChannel(roomId), { room_id: idOf(roomId) })];
