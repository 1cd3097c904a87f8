/** What is read about participations without a lock, in single statements. */
import { encodeCursor, type Page, type PageRequest, pageOf } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import type { Room, RoomParticipant } from '../generated/prisma/client.ts';

type QueryDeps = Pick<Deps, 'prisma'>;

/** Who is in a room now, in the order in which they came. */
export async function readParticipants(
  { prisma }: QueryDeps,
  roomId: bigint,
  { after, limit }: PageRequest<bigint>,
): Promise<Page<RoomParticipant>> {
  const participants = await prisma.roomParticipant.findMany({
    where: { roomId, isActive: true, id: { gt: after ?? 0n } },
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
