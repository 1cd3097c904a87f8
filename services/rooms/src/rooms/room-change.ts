/**
 * What a command does to a room whose row it has locked: the row's next values, and the events, each with the version
 * it makes. Pure. The count of participants is an event of its own, announced at most twice a second: the first change
 * after a quiet time at once, later ones when the sweeper finds the room marked.
 */
import { type EventType, events } from '@fanfare/contracts';
import type { Call } from '@fanfare/kit';
import { type Announcement, announcement } from '@fanfare/messaging';
import type { Room } from '../generated/prisma/client.ts';

/** Between two announcements of a room's count: at most two a second, with room for a second that begins late. */
export const COUNT_INTERVAL_MS = 600;

/** One event of a room, before it has its version. */
export interface Fact {
  readonly subject: string;
  readonly message: unknown;
  readonly announcement: (room: Pick<Room, 'id' | 'tenantId'>, version: bigint) => Announcement;
}

export interface RoomChange {
  readonly room: Room;
  /** In the order of their versions; the last one is the room's. */
  readonly facts: readonly (Fact & { readonly version: bigint })[];
}

/** @param call of the command that caused it; a sweeper's facts have none */
export const fact = <T>(type: EventType<T>, message: T, call?: Pick<Call, 'correlationId'>): Fact => ({
  subject: type.subject,
  message,
  announcement: ({ id, tenantId }, version) =>
    announcement(type, message, {
      entityId: id,
      entityVersion: version,
      correlationId: call?.correlationId,
      tenantId: tenantId ?? undefined,
    }),
});

/** Whether the count may be announced now. */
function countIsDue(announcedAt: Date | null, now: Date): boolean {
  return announcedAt === null || now.getTime() - announcedAt.getTime() >= COUNT_INTERVAL_MS;
}

/** @param count participants after the change */
export function changeRoom(room: Room, facts: readonly Fact[], now: Date, count = room.participantCount): RoomChange {
  const moved = room.countDirty || count !== room.participantCount;
  const announced = moved && countIsDue(room.countAnnouncedAt, now);
  const counted = announced ? [fact(events.participantsCounted, { roomId: room.id, count })] : [];
  return numbered(
    {
      ...room,
      participantCount: count,
      countDirty: moved && !announced,
      countAnnouncedAt: announced ? now : room.countAnnouncedAt,
    },
    [...facts, ...counted],
  );
}

/** Everybody is out; a closed room announces no count any more. */
export function closeRoomFor(room: Room, facts: readonly Fact[], now: Date): RoomChange {
  return numbered({ ...room, status: 'closed', closedAt: now, participantCount: 0, countDirty: false }, facts);
}

function numbered(room: Room, facts: readonly Fact[]): RoomChange {
  return {
    room: { ...room, version: room.version + BigInt(facts.length) },
    facts: facts.map((each, index) => ({ ...each, version: room.version + BigInt(index) + 1n })),
  };
}
