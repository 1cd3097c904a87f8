/** Who may enter a room, decided on locked rows for everybody who waits. Pure. */
import type { AppError } from '@fanfare/kit';
import { errors } from '../errors.ts';
import type { Room } from '../generated/prisma/client.ts';
import type { Standing } from './participant-store.ts';

export type JoinVerdict =
  | { readonly kind: 'refuse'; readonly error: AppError }
  /** Already in: nothing changes, also when the room is full by now. */
  | { readonly kind: 'stay'; readonly since: Date }
  /** Comes in, out of the room `leaving` if that is not null. */
  | { readonly kind: 'enter'; readonly since: Date; readonly leaving: bigint | null };

export type JoinRoomFacts = Pick<Room, 'status' | 'participantCount' | 'maxParticipants'>;

/**
 * In the order in which they asked: the first ones get the places that are left. Who asks twice is in after the first.
 * @param room null when there is no such room
 */
export function decideJoins(
  roomId: bigint,
  room: JoinRoomFacts | null,
  userIds: readonly bigint[],
  standing: Standing,
): readonly JoinVerdict[] {
  const entered = new Set<bigint>();
  return userIds.map((userId) => {
    if (entered.has(userId)) return { kind: 'stay', since: standing.now };
    const participantCount = (room?.participantCount ?? 0) + entered.size;
    const verdict = decideJoin(roomId, room === null ? null : { ...room, participantCount }, userId, standing);
    if (verdict.kind === 'enter') entered.add(userId);
    return verdict;
  });
}

function decideJoin(
  roomId: bigint,
  room: JoinRoomFacts | null,
  userId: bigint,
  { blocked, current, now }: Standing,
): JoinVerdict {
  const id = roomId.toString();
  if (room === null) return refuse(errors.ROOM_NOT_FOUND({ roomId: id }));
  if (room.status !== 'active') return refuse(errors.ROOM_CLOSED({ roomId: id }));
  const stay = current.get(userId);
  if (stay?.roomId === roomId) return { kind: 'stay', since: stay.joinedAt };
  if (blocked.has(userId)) return refuse(errors.USER_BLOCKED({ roomId: id }));
  if (room.participantCount >= room.maxParticipants) {
    return refuse(errors.ROOM_CAPACITY_EXCEEDED({ roomId: id, maxCapacity: room.maxParticipants.toString() }));
  }
  return { kind: 'enter', since: now, leaving: stay?.roomId ?? null };
}

const refuse = (error: AppError): JoinVerdict => ({ kind: 'refuse', error });
