/** Rows of chat messages. Written only while the room's row is locked, which gives them the room's order. */
import { one, type Sql } from '@fanfare/database';

export interface Message {
  readonly id: string;
  readonly roomId: bigint;
  readonly userId: bigint;
  readonly text: string;
  readonly sentAt: Date;
}

export interface NewMessage {
  readonly id: string;
  readonly roomId: bigint;
  readonly userId: bigint;
  readonly clientId: string;
  readonly text: string;
  readonly roomVersion: bigint;
}

interface MessageRow extends Omit<Message, 'roomId' | 'userId'> {
  readonly roomId: string;
  readonly userId: string;
}

const COLUMNS = `id, room_id as "roomId", user_id as "userId", text, sent_at as "sentAt"`;

const messageOf = (row: MessageRow): Message => ({ ...row, roomId: BigInt(row.roomId), userId: BigInt(row.userId) });

/** What a sender has said under an id, and whether they are in the room now. */
export async function readSender(
  tx: Sql,
  { roomId, userId, clientId }: Pick<NewMessage, 'roomId' | 'userId' | 'clientId'>,
): Promise<{ readonly earlier: Message | null; readonly present: boolean }> {
  const result = await tx.query<Partial<MessageRow> & { present: boolean }>(
    `select exists (select from room_participants where room_id = $1 and user_id = $2 and is_active) as present, earlier.*
       from (values (1)) as always
       left join (select ${COLUMNS} from room_messages where user_id = $2 and client_id = $3) as earlier on true`,
    [roomId, userId, clientId],
  );
  const { present, ...earlier } = one(result);
  return { present, earlier: earlier.id === null ? null : messageOf(earlier as MessageRow) };
}

/** Null when the sender used the id in another room in the same moment. */
export async function insertMessage(tx: Sql, message: NewMessage): Promise<Message | null> {
  const { rows } = await tx.query<MessageRow>(
    `insert into room_messages (id, room_id, user_id, client_id, text, room_version, sent_at)
     values ($1, $2, $3, $4, $5, $6, clock_timestamp())
     on conflict (user_id, client_id) do nothing returning ${COLUMNS}`,
    [message.id, message.roomId, message.userId, message.clientId, message.text, message.roomVersion],
  );
  return rows[0] === undefined ? null : messageOf(rows[0]);
}

/** Removes the oldest messages under `beforeId`. @returns how many */
export async function deleteOldest(sql: Sql, beforeId: string, limit: number): Promise<number> {
  const { rowCount } = await sql.query(
    `delete from room_messages where id in (select id from room_messages where id < $1 order by id limit $2)`,
    [beforeId, limit],
  );
  return rowCount ?? 0;
}
