/** What `room.join` answers: the way back in, or all there is to show. */
import type { GetSnapshotResponse } from '@fanfare/contracts/rooms/v1/rooms_service';
import { z } from 'zod';
import { OFF_EXAMPLE, place } from '../../protocol/ack.ts';
import { message, messageExample, presentMessage } from './chat/chat-message.ts';
import { participant, presentParticipant } from './participant.ts';
import { presentRoom, room, roomExample } from './room.ts';
import { presentSeat, seat } from './seat.ts';

const resumed = z
  .object({ ...place.shape, recovered: z.literal(true) })
  .meta({ title: 'recovered', description: 'What was missed since `off` follows this ack.' });

const snapshot = z.object({
  room,
  seats: z.array(seat),
  participants: z.array(participant).describe('The first 200.'),
  messages: z.array(message).describe('The last 50, oldest first.'),
});

const entered = z
  .object({ ...place.shape, recovered: z.literal(false), ...snapshot.shape })
  .meta({ title: 'not recovered', description: 'Nothing is replayed: this is all there is to show.' });

export const roomJoined = z.discriminatedUnion('recovered', [resumed, entered]);

export type RoomJoined = z.output<typeof roomJoined>;

/** All there is to show, when nothing was recovered. */
export function presentSnapshot(answer: GetSnapshotResponse): z.output<typeof snapshot> {
  if (answer.room === undefined) throw new Error('a snapshot without its room');
  return {
    room: presentRoom(answer.room),
    seats: answer.seats.map(presentSeat),
    participants: answer.participants.map(presentParticipant),
    messages: answer.messages.map(presentMessage),
  };
}

const joinedAt = '2026-02-03T04:05:06.789Z';

export const roomJoinedExample: RoomJoined = {
  ch: 'room.42',
  off: OFF_EXAMPLE,
  recovered: false,
  room: roomExample,
  seats: [{ number: 0, state: 'free', userId: null, muted: false }],
  participants: [
    { userId: 1, role: 'moderator', joinedAt },
    { userId: 7, role: 'participant', joinedAt },
  ],
  messages: [{ ...messageExample, userId: 1, text: 'welcome' }],
};
