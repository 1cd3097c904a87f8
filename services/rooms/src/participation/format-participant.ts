import type { Participant as PublicParticipant } from '@fanfare/contracts/rooms/v1/rooms_service';
import type { Participant } from './participant-store.ts';

export const formatParticipant = ({ userId, role, joinedAt }: Participant): PublicParticipant => ({
  userId,
  role,
  joinedAt,
});
