import { userChannel } from '@fanfare/contracts';
import type { ParticipantLeft } from '@fanfare/contracts/rooms/event/v1/rooms_events';
import { z } from 'zod';
import { id, idOf, time, timeOf } from '../../present/scalars.ts';
import { defineEvent } from '../../protocol/event.ts';

export const roomLeft = defineEvent({
  name: 'room.left',
  summary: 'The user left the room by another way than this socket, which is taken out of it.',
  on: ['user'],
  class: 'reliable',
  data: z.object({ room_id: id, cause: z.string().describe('left, moved or away.'), left_at: time }),
  examples: [{ room_id: 42, cause: 'moved', left_at: '2026-02-03T04:05:06.789Z' }],
});

/** Causes whose own event tells the user: `room.member_blocked`, `room.closed`. */
const TOLD_OTHERWISE = ['blocked', 'closed'];

/** To the sockets that the user still has in the room; gateways take these out of its channel with it. */
export function showDeparture({ roomId, userId, cause, leftAt }: ParticipantLeft) {
  if (TOLD_OTHERWISE.includes(cause)) return [];
  const data = { room_id: idOf(roomId), cause, left_at: timeOf(leftAt) };
  return [roomLeft.to(userChannel(userId), data, { room: idOf(roomId) })];
}
