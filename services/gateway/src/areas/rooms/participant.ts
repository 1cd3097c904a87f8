import type { Participant as ParticipantRecord } from '@fanfare/contracts/rooms/v1/rooms_service';
import { z } from 'zod';
import { id, idOf, time, timeOf } from '../../present/scalars.ts';

export const participant = z
  .object({ userId: id, role: z.string().describe('participant, speaker (seated) or moderator'), joinedAt: time })
  .meta({ id: 'Participant' });

export const presentParticipant = (record: ParticipantRecord): z.output<typeof participant> => ({
  userId: idOf(record.userId),
  role: record.role,
  joinedAt: timeOf(record.joinedAt),
});
