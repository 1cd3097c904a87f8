/** Rows of chat messages. Written only while the room's row is locked, which gives them the room's order. */
import type { Sql } from '@fanfare/database';

export interface Message {
  /** The sender's own: unique together with the sender. */
  readonly id: string;
  readonly roomId: bigint;
  readonly userId: bigint;
  readonly text: string;
  readonly sentAt: Date;
}

export interface NewMessage extends Message {
  /** Of the row: a UUIDv7, so that old rows are found by it. */
  readonly rowId: string;
  /** Its place in the room's order. */
  readonly roomVersion: bigint;
}

interface MessageRow extends Omit<Message, 'roomId' | 'userId'> {
  readonly roomId: string;
  readonly userId: string;
}

const COLUMNS = `client_id as id, room_id as "roomId", user_id as "userId", text, sent_at as "sentAt"`;

const messageOf = (row: MessageRow): Message => ({ ...row, roomId: BigInt(row.roomId), userId: BigInt(row.userId) });

/** What senders have said under their ids, and who of them is in the room now. */
export async function readSenders(
  tx: Sql,
  roomId: bigint,
  said: readonly Pick<Message, 'userId' | 'id'>[],
): Promise<{ readonly earlier: readonly Message[]; readonly present: ReadonlySet<bigint>; readonly now: Date }> {
  const { rows } = await tx.query<Partial<MessageRow> & { senderId: string; present: boolean; now: Date }>(
    `select said.user_id as "senderId", message.*,
            clock_timestamp()::timestamptz(3) as now,
            exists (select from room_participants p
                     where p.room_id = $1 and p.user_id = said.user_id and p.is_active) as present
       from unnest($2::int8[], $3::text[]) as said (user_id, client_id)
       left join lateral (select ${COLUMNS} from room_messages
                           where user_id = said.user_id and client_id = said.client_id) as message on true`,
    [roomId, said.map(({ userId }) => userId), said.map(({ id }) => id)],
  );
  return {
    now: rows[0]?.now ?? new Date(),
    earlier: rows.flatMap(({ id, roomId: room, userId, text, sentAt }) =>
      id == null || room == null || userId == null || text == null || sentAt == null
        ? []
        : [messageOf({ id, roomId: room, userId, text, sentAt })],
    ),
    present: new Set(rows.flatMap(({ senderId, present }) => (present ? [BigInt(senderId)] : []))),
  };
}

/** @returns how many: fewer when a sender used an id in another room in the same moment */
export async function insertMessages(tx: Sql, messages: readonly NewMessage[]): Promise<number> {
  const { rowCount } = await tx.query(
    `insert into room_messages (id, room_id, user_id, client_id, text, room_version, sent_at)
     select * from unnest($1::uuid[], $2::int8[], $3::int8[], $4::text[], $5::text[], $6::int8[], $7::timestamptz[])
     on conflict (user_id, client_id) do nothing`,
    [
      messages.map((message) => message.rowId),
      messages.map((message) => message.roomId),
      messages.map((message) => message.userId),
      messages.map((message) => message.id),
      messages.map((message) => message.text),
      messages.map((message) => message.roomVersion),
      messages.map((message) => message.sentAt),
    ],
  );
  return rowCount ?? 0;
}

/** Removes the oldest messages under `beforeId`. @returns how many */
export async function deleteOldest(sql: Sql, beforeId: string, limit: number): Promise<number> {
  const { rowCount } = await sql.query(
    `delete from room_messages where id in (select id from room_messages where id < $1 order by id limit $2)`,
    [beforeId, limit],
  );
  return rowCount ?? 0;
}
