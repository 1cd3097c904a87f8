/** Rows as the messages of our RPCs. */
import { type ChatMessage, type Participant, type Room, RoomStatus } from '@fanfare/contracts/rooms/v1/rooms_service';
import type { Message } from './chat/chat-store.ts';
import type { Room as RoomRecord } from './generated/prisma/client.ts';
import type { Present } from './snapshot/read-snapshot.ts';

export const presentRoom = (room: RoomRecord): Room => ({
  id: room.id,
  name: room.name,
  ownerId: room.ownerId,
  status: room.status === 'active' ? RoomStatus.ROOM_STATUS_ACTIVE : RoomStatus.ROOM_STATUS_CLOSED,
  participantCount: room.participantCount,
  maxParticipants: room.maxParticipants,
  roomLevel: room.roomLevel,
  isFeatured: room.isFeatured,
  category: room.category ?? undefined,
  language: room.language ?? undefined,
  announcement: room.announcement ?? undefined,
  backgroundMusicUrl: room.backgroundMusicUrl ?? undefined,
  createdAt: room.createdAt,
});

export const presentParticipant = ({ userId, role, joinedAt }: Present): Participant => ({ userId, role, joinedAt });

export const presentMessage = ({ id, roomId, userId, text, sentAt }: Message): ChatMessage => ({
  id,
  roomId,
  userId,
  text,
  sentAt,
});
