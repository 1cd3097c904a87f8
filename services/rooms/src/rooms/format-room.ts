import { type Room as PublicRoom, RoomStatus } from '@fanfare/contracts/rooms/v1/rooms_service';
import type { Room } from '../generated/prisma/client.ts';

export const formatRoom = (room: Room): PublicRoom => ({
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
