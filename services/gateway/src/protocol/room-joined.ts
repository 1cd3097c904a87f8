/** What `room.join` answers: the way back in, or all there is to show. */
import type { RoomSnapshot } from '@fanfare/client/objects';
import { z } from 'zod';
import * as answers from '../http/answers.ts';
import { place } from './ack.ts';

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
