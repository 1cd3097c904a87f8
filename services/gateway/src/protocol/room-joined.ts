/** What `room.join` answers: the way back in, or all there is to show. */
import type { RoomSnapshot } from '@fanfare/client/objects';
import { z } from 'zod';
import * as answers from '../http/answers.ts';
import { OFF_EXAMPLE, place } from './ack.ts';

const resumed = z
  .object({ ...place.shape, recovered: z.literal(true) })
  .meta({ title: 'recovered', description: 'What was missed since `off` follows this ack.' });

const entered = z
  .object({
    ...place.shape,
    recovered: z.literal(false),
    room: answers.room,
    seats: z.array(answers.seat),
    participants: z.array(answers.participant).describe('The first 200.'),
    messages: z.array(answers.message).describe('The last 50, oldest first.'),
  })
  .meta({ title: 'not recovered', description: 'Nothing is replayed: this is all there is to show.' });

/** The snapshot is there when nothing was recovered. */
export interface RoomJoined extends z.output<typeof place>, Partial<RoomSnapshot> {
  readonly recovered: boolean;
}

export const roomJoined: z.ZodType<RoomJoined> = z.discriminatedUnion('recovered', [resumed, entered]);

const at = '2026-02-03T04:05:06.789Z';

export const roomJoinedExample: RoomJoined = {
  ch: 'room.42',
  off: OFF_EXAMPLE,
  recovered: false,
  room: {
    id: 42,
    name: 'Lounge',
    ownerId: 1,
    status: 'active',
    participantCount: 2,
    maxParticipants: 1000,
    roomLevel: 1,
    isFeatured: false,
    category: 'music',
    language: 'en',
    announcement: null,
    backgroundMusicUrl: null,
    createdAt: at,
  },
  seats: [{ number: 0, state: 'free', userId: null, muted: false }],
  participants: [
    { userId: 1, role: 'moderator', joinedAt: at },
    { userId: 7, role: 'participant', joinedAt: at },
  ],
  messages: [{ id: '0199d2f4-5e7a-7cc1-9d3b-2f1e6a8b4c10', roomId: 42, userId: 1, text: 'welcome', sentAt: at }],
};
