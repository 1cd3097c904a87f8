/** Rows of blocks. They are written only while the room's row is locked. */
import type { Sql } from '@fanfare/database';

/** @returns when the block began; null when there was one already */
export async function insertBlock(
  tx: Sql,
  roomId: bigint,
  userId: bigint,
  byUserId: bigint,
  reason: string,
): Promise<Date | null> {
  const { rows } = await tx.query<{ blockedAt: Date }>(
    `insert into room_blocks (room_id, user_id, by_user_id, reason, blocked_at)
     values ($1, $2, $3, $4, clock_timestamp()) on conflict do nothing returning blocked_at as "blockedAt"`,
    [roomId, userId, byUserId, reason],
  );
  return rows[0]?.blockedAt ?? null;
}

/** @returns whether there was one */
export async function deleteBlock(tx: Sql, roomId: bigint, userId: bigint): Promise<boolean> {
  const { rowCount } = await tx.query('delete from room_blocks where room_id = $1 and user_id = $2', [roomId, userId]);
  return rowCount === 1;
}
