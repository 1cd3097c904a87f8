/** What is read without a lock, in single statements. */
import { encodeCursor, type Page, type PageRequest, pageOf } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import type { Room } from '../generated/prisma/client.ts';
import { searchKey } from './room-store.ts';

type QueryDeps = Pick<Deps, 'prisma'>;

/** The place of a room in the list. */
export interface RoomKey {
  readonly participantCount: number;
  readonly id: bigint;
}

export interface RoomFilter {
  readonly category: string | undefined;
  readonly language: string | undefined;
  readonly featuredOnly: boolean;
  readonly minimumLevel: number;
  readonly query: string;
}

/** @throws ROOM_NOT_FOUND */
export async function readRoom({ prisma }: QueryDeps, roomId: bigint): Promise<Room> {
  const room = await prisma.room.findUnique({ where: { id: roomId } });
  if (room === null) throw errors.ROOM_NOT_FOUND({ roomId: roomId.toString() });
  return room;
}

/** Active rooms, fullest first. Counts move between pages: a room may be shown twice or passed over then. */
export async function readRooms(
  { prisma }: QueryDeps,
  filter: RoomFilter,
  { after, limit }: PageRequest<RoomKey>,
): Promise<Page<Room>> {
  const rooms = await prisma.room.findMany({
    where: {
      status: 'active',
      roomLevel: { gte: filter.minimumLevel },
      ...(filter.category === undefined ? {} : { category: filter.category }),
      ...(filter.language === undefined ? {} : { language: filter.language }),
      ...(filter.featuredOnly ? { isFeatured: true } : {}),
      ...(filter.query === '' ? {} : { nameKey: { contains: escapeLike(searchKey(filter.query)) } }),
      ...(after === null ? {} : { OR: afterKey(after) }),
    },
    orderBy: [{ participantCount: 'desc' }, { id: 'desc' }],
    take: limit + 1,
  });
  return pageOf(rooms, limit, (room) => encodeCursor(room.participantCount, room.id));
}

const afterKey = ({ participantCount, id }: RoomKey) => [
  { participantCount: { lt: participantCount } },
  { participantCount, id: { lt: id } },
];

/** Prisma hands the text to LIKE as it is. */
const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** The room the user is in, and the first one of those that the user owns. */
export async function readUserRooms(
  { prisma }: QueryDeps,
  userId: bigint,
): Promise<{ readonly activeRoomId?: bigint; readonly ownedRoomId?: bigint }> {
  const [active, owned] = await Promise.all([
    prisma.roomParticipant.findFirst({ where: { userId, isActive: true }, select: { roomId: true } }),
    prisma.room.findFirst({
      where: { ownerId: userId, status: 'active' },
      orderBy: { id: 'asc' },
      select: { id: true },
    }),
  ]);
  return {
    ...(active === null ? {} : { activeRoomId: active.roomId }),
    ...(owned === null ? {} : { ownedRoomId: owned.id }),
  };
}
