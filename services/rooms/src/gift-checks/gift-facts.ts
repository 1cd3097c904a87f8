/** What is true of gifts that somebody wants to send in rooms: one statement for all of them. */
import type { Sql } from '@fanfare/database';
import type { GiftFacts } from './gift-check.ts';

export interface GiftCheck {
  readonly roomId: bigint;
  readonly senderId: bigint;
  readonly recipientIds: readonly bigint[];
}

interface FactsRow {
  readonly roomStatus: string | null;
  readonly senderPresent: boolean;
  readonly senderBlocked: boolean;
  readonly absent: readonly string[];
}

const FACTS = `
  select rooms.status as "roomStatus",
    exists (select from room_participants p
             where p.user_id = wanted.sender_id and p.is_active and p.room_id = wanted.room_id) as "senderPresent",
    exists (select from room_blocks b
             where b.room_id = wanted.room_id and b.user_id = wanted.sender_id) as "senderBlocked",
    array(select recipient.user_id from unnest($3::int8[], $4::int8[]) with ordinality as recipient (item, user_id, place)
           where recipient.item = wanted.item
             and not exists (select from room_participants p
                              where p.user_id = recipient.user_id and p.is_active and p.room_id = wanted.room_id)
           order by recipient.place) as absent
  from unnest($1::int8[], $2::int8[]) with ordinality as wanted (room_id, sender_id, item)
  left join rooms on rooms.id = wanted.room_id
  order by wanted.item`;

/** In the order of the checks. */
export async function readGiftFacts(sql: Sql, checks: readonly GiftCheck[]): Promise<readonly GiftFacts[]> {
  const recipients = checks.flatMap(({ recipientIds }, index) => recipientIds.map((id) => ({ item: index + 1, id })));
  const { rows } = await sql.query<FactsRow>(FACTS, [
    checks.map((check) => check.roomId),
    checks.map((check) => check.senderId),
    recipients.map(({ item }) => item),
    recipients.map(({ id }) => id),
  ]);
  return checks.map(({ roomId, senderId }, index) => {
    const row = rows[index];
    if (row === undefined) throw new Error(`${rows.length} answers to ${checks.length} checks`);
    const { roomStatus, senderPresent, senderBlocked, absent } = row;
    return { roomId, senderId, roomStatus, senderPresent, senderBlocked, absentRecipients: absent.map(BigInt) };
  });
}
