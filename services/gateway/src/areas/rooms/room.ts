import { type Room as RoomRecord, RoomStatus } from '@fanfare/contracts/rooms/v1/rooms_service';
import { z } from 'zod';
import { id, idOf, time, timeOf } from '../../present/scalars.ts';

export const room = z
  .object({
    id,
    name: z.string(),
    ownerId: id,
    status: z.enum(['active', 'closed']),
    participantCount: z.int(),
    maxParticipants: z.int(),
    roomLevel: z.int(),
    isFeatured: z.boolean(),
    category: z.string().nullable(),
    language: z.string().nullable(),
    announcement: z.string().nullable(),
    backgroundMusicUrl: z.string().nullable(),
    createdAt: time,
  })
  .meta({ id: 'Room' });

export type Room = z.output<typeof room>;

export const presentRoom = (record: RoomRecord): Room => ({
  id: idOf(record.id),
  name: record.name,
  ownerId: idOf(record.ownerId),
  status: record.status === RoomStatus.ROOM_STATUS_CLOSED ? 'closed' : 'active',
  participantCount: record.participantCount,
  maxParticipants: record.maxParticipants,
  roomLevel: record.roomLevel,
  isFeatured: record.isFeatured,
  category: record.category ?? null,
  language: record.language ?? null,
  announcement: record.announcement ?? null,
  backgroundMusicUrl: record.backgroundMusicUrl ?? null,
  createdAt: timeOf(record.createdAt),
});

export const roomExample: Room = {
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
  createdAt: '2026-02-03T04:05:06.789Z',
};
