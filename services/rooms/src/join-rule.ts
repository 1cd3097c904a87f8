/** Whether somebody may enter a room, decided on locked rows. Pure. */
import type { AppError } from '@fanfare/kit';
import { errors } from './errors.ts';
import type { Room } from './generated/prisma/client.ts';

export interface JoinFacts {
  readonly roomId: bigint;
  /** Null when there is no such room. */
  readonly room: Pick<Room, 'status' | 'participantCount' | 'maxParticipants'> | null;
  readonly blocked: boolean;
  /** The room the user is in, if any. */
  readonly currentRoomId: bigint | null;
}

export type JoinVerdict =
  | { readonly kind: 'refuse'; readonly error: AppError }
  /** Already in: nothing changes, also when the room is full by now. */
  | { readonly kind: 'stay' }
  /** Comes in, out of the room `leaving` if that is not null. */
  | { readonly kind: 'enter'; readonly leaving: bigint | null };

export function decideJoin({ roomId, room, blocked, currentRoomId }: JoinFacts): JoinVerdict {
  const id = roomId.toString();
  if (room === null) return refuse(errors.ROOM_NOT_FOUND({ roomId: id }));
  if (room.status !== 'active') return refuse(errors.ROOM_CLOSED({ roomId: id }));
  if (currentRoomId === roomId) return { kind: 'stay' };
  if (blocked) return refuse(errors.USER_BLOCKED({ roomId: id }));
  if (room.participantCount >= room.maxParticipants) {
    const maxCapacity = room.maxParticipants.toString();
    return refuse(errors.ROOM_CAPACITY_EXCEEDED({ roomId: id, maxCapacity }));
  }
  return { kind: 'enter', leaving: currentRoomId };
}

const refuse = (error: AppError): JoinVerdict => ({ kind: 'refuse', error });
