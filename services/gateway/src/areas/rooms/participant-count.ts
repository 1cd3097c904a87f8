import { roomChannel } from '@fanfare/contracts';
import type { ParticipantsCounted } from '@fanfare/contracts/rooms/event/v1/rooms_events';
import { z } from 'zod';
import { id, idOf } from '../../present/scalars.ts';
import { defineEvent } from '../../protocol/event.ts';

export const participantCount = defineEvent({
  name: 'room.participant_count',
  summary: 'How many are in the room now.',
  on: ['room'],
  class: 'conflate',
  data: z.object({ room_id: id, count: z.int().min(0) }),
  examples: [{ room_id: 42, count: 17 }],
});

export const showCount = ({ roomId, count }: ParticipantsCounted) => [
  participantCount.to(roomChannel(roomId), { room_id: idOf(roomId), count }),
];
