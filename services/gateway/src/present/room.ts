import type { ChatMessage, Participant, Room, RoomSnapshot, Seat } from '@fanfare/client/objects';
import {
  type GetSnapshotResponse,
  type Participant as Member,
  type ChatMessage as PostedMessage,
  type Room as RoomRecord,
  RoomStatus,
  type Seat as SeatRecord,
} from '@fanfare/contracts/rooms/v1/rooms_service';
import { idOf, idOrNull, timeOf } from './scalars.ts';

export const presentRoom = (room: RoomRecord): Room => ({
  id: idOf(room.id),
  name: room.name,
  ownerId: idOf(room.ownerId),
  status: room.status === RoomStatus.ROOM_STATUS_CLOSED ? 'closed' : 'active',
  participantCount: room.participantCount,
  maxParticipants: room.maxParticipants,
  roomLevel: room.roomLevel,
  isFeatured: room.isFeatured,
  category: room.category ?? null,
  language: room.language ?? null,
  announcement: room.announcement ?? null,
  backgroundMusicUrl: room.backgroundMusicUrl ?? null,
  createdAt: timeOf(room.createdAt),
});

export const presentParticipant = (participant: Member): Participant => ({
  userId: idOf(participant.userId),
  role: participant.role,
  joinedAt: timeOf(participant.joinedAt),
});

export const presentSeat = (seat: SeatRecord): Seat => ({
  number: seat.number,
  state: seat.state,
  userId: idOrNull(seat.userId),
  muted: seat.muted,
});

export const presentMessage = (message: PostedMessage): ChatMessage => ({
  id: message.id,
  roomId: idOf(message.roomId),
  userId: idOf(message.userId),
  text: message.text,
  sentAt: timeOf(message.sentAt),
});

/** What `room.join` answers when nothing was recovered. */
export function presentSnapshot({ room, seats, participants, messages }: GetSnapshotResponse): RoomSnapshot {
  if (room === undefined) throw new Error('a snapshot without its room');
  return {
    room: presentRoom(room),
    seats: seats.map(presentSeat),
    participants: participants.map(presentParticipant),
    messages: messages.map(presentMessage),
  };
}
