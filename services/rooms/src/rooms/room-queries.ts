/** What is read without a lock, in single statements. */
import { encodeCursor } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import type { Room, RoomParticipant } from '../generated/prisma/client.ts';
import { searchKey } from './room-store.ts';

type QueryDeps = Pick<Deps, 'prisma'>;

export interface Page<T> {
  readonly items: readonly T[];
  /** Empty on the last page. */
  readonly nextCursor: string;
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
  after: readonly [count: bigint, id: bigint] | null,
  limit: number,
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

const afterKey = ([count, id]: readonly [bigint, bigint]) => [
  { participantCount: { lt: Number(count) } },
  { participantCount: Number(count), id: { lt: id } },
];

/** Prisma hands the text to LIKE as it is. */
const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** Who is in a room now, in the order in which they came. */
export async function readParticipants(
  { prisma }: QueryDeps,
  roomId: bigint,
  afterId: bigint,
  limit: number,
): Promise<Page<RoomParticipant>> {
  const participants = await prisma.roomParticipant.findMany({
    where: { roomId, isActive: true, id: { gt: afterId } },
    orderBy: { id: 'asc' },
    take: limit + 1,
  });
  return pageOf(participants, limit, ({ id }) => encodeCursor(id));
}

/** The user's participation in a room. @throws NOT_A_PARTICIPANT */
export async function readParticipation(
  { prisma }: QueryDeps,
  roomId: bigint,
  userId: bigint,
): Promise<{ readonly joinedAt: Date; readonly room: Room }> {
  const found = await prisma.roomParticipant.findFirst({
    where: { roomId, userId, isActive: true },
    select: { joinedAt: true, room: true },
  });
  if (found === null) throw errors.NOT_A_PARTICIPANT({ roomId: roomId.toString() });
  return found;
}

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

function pageOf<T>(found: readonly T[], limit: number, cursorOf: (last: T) => string): Page<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last !== undefined ? cursorOf(last) : '' };
}
