/** What somebody sees on entering: one statement, so that its parts belong to one moment. */
import { one, type Sql } from '@fanfare/database';
import type { Message } from '../chat/chat-store.ts';
import { errors } from '../errors.ts';
import type { Room } from '../generated/prisma/client.ts';
import type { Participant } from '../participation/participant-store.ts';
import { ROOM_COLUMNS, type RoomRow, roomOf } from '../rooms/room-store.ts';

export interface Snapshot {
  readonly room: Room;
  readonly participants: readonly Participant[];
  /** Oldest first. */
  readonly messages: readonly Message[];
}

const PARTICIPANTS_SHOWN = 200;
const MESSAGES_SHOWN = 50;

interface SnapshotRow extends RoomRow {
  readonly present: boolean;
  readonly participants: readonly { readonly userId: string; readonly role: string; readonly joinedAt: string }[];
  readonly messages: readonly {
    readonly id: string;
    readonly userId: string;
    readonly text: string;
    readonly sentAt: string;
  }[];
}

/** Ids are text inside the JSON, where a number would lose what is over 2^53. */
const SNAPSHOT = `
  select ${ROOM_COLUMNS},
    exists (select from room_participants where room_id = rooms.id and user_id = $2 and is_active) as present,
    coalesce((select json_agg(shown order by shown.id) from (
      select id, user_id::text as "userId", role, joined_at as "joinedAt" from room_participants
       where room_id = rooms.id and is_active order by id limit $3) as shown), '[]') as participants,
    coalesce((select json_agg(shown order by shown.room_version) from (
      select client_id as id, room_version, user_id::text as "userId", text, sent_at as "sentAt" from room_messages
       where room_id = rooms.id order by room_version desc limit $4) as shown), '[]') as messages
  from rooms where id = $1`;

/**
 * @param userId who must be a participant to see it; null for the platform's own services
 * @throws ROOM_NOT_FOUND, NOT_A_PARTICIPANT
 */
export async function readSnapshot(sql: Sql, roomId: bigint, userId: bigint | null): Promise<Snapshot> {
  const result = await sql.query<SnapshotRow>(SNAPSHOT, [roomId, userId, PARTICIPANTS_SHOWN, MESSAGES_SHOWN]);
  if (result.rows.length === 0) throw errors.ROOM_NOT_FOUND({ roomId: roomId.toString() });
  const { present, participants, messages, ...room } = one(result);
  if (userId !== null && !present) throw errors.NOT_A_PARTICIPANT({ roomId: roomId.toString() });
  return {
    room: roomOf(room),
    participants: participants.map(({ userId: id, role, joinedAt }) => ({
      userId: BigInt(id),
      role,
      joinedAt: new Date(joinedAt),
    })),
    messages: messages.map(({ id, userId: sender, text, sentAt }) => ({
      id,
      roomId,
      userId: BigInt(sender),
      text,
      sentAt: new Date(sentAt),
    })),
  };
}
