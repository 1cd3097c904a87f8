/** Rows of participations and blocks. Written only while the room's row is locked. */
import { one, type Sql } from '@fanfare/database';

/** Why a participation ended. */
export type LeaveCause = 'left' | 'moved' | 'away' | 'blocked' | 'closed';

/** What decides a join, besides the locked rooms. */
export interface Standing {
  readonly now: Date;
  readonly blocked: boolean;
  readonly currentRoomId: bigint | null;
  /** When the user entered the current room. */
  readonly joinedAt: Date | null;
}

export interface Ended {
  readonly userId: bigint;
  readonly leftAt: Date;
}

/** A statement of its own, after the locks: it sees what was committed while they were waited for. */
export async function readStanding(tx: Sql, roomId: bigint, userId: bigint): Promise<Standing> {
  const result = await tx.query<{ now: Date; blocked: boolean; roomId: string | null; joinedAt: Date | null }>(
    `select clock_timestamp()::timestamptz(3) as now,
            exists (select from room_blocks where room_id = $1 and user_id = $2) as blocked,
            current.room_id as "roomId", current.joined_at as "joinedAt"
       from (values (1)) as always
       left join room_participants current on current.user_id = $2 and current.is_active`,
    [roomId, userId],
  );
  const { now, blocked, roomId: current, joinedAt } = one(result);
  return { now, blocked, joinedAt, currentRoomId: current === null ? null : BigInt(current) };
}

/** False when the user has entered another room in the same moment, in a transaction that did not lock this one. */
export async function insertParticipant(tx: Sql, roomId: bigint, userId: bigint, joinedAt: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into room_participants (room_id, user_id, joined_at, confirmed_at) values ($1, $2, $3, $3)
     on conflict (user_id) where is_active do nothing`,
    [roomId, userId, joinedAt],
  );
  return rowCount === 1;
}

/** The user has asked to join again: they are not away, whatever presence says. */
export async function confirmParticipant(tx: Sql, roomId: bigint, userId: bigint): Promise<void> {
  await tx.query(
    `update room_participants set confirmed_at = clock_timestamp() where room_id = $1 and user_id = $2 and is_active`,
    [roomId, userId],
  );
}

/** Ends the participations of some users, or of everybody. */
export async function endParticipations(
  tx: Sql,
  roomId: bigint,
  userIds: readonly bigint[] | 'everybody',
  cause: LeaveCause,
): Promise<readonly Ended[]> {
  const result = await tx.query<EndedRow>(
    `update room_participants set is_active = false, left_at = clock_timestamp(), left_cause = $3
      where room_id = $1 and is_active and ($2::int8[] is null or user_id = any ($2))
      returning user_id as "userId", left_at as "leftAt"`,
    [roomId, userIds === 'everybody' ? null : userIds, cause],
  );
  return result.rows.map(endedOf);
}

/** Ends the participations of users who gave no sign of life, but for those who have asked to join meanwhile. */
export async function endAway(
  tx: Sql,
  roomId: bigint,
  userIds: readonly bigint[],
  graceMs: number,
): Promise<readonly Ended[]> {
  const result = await tx.query<EndedRow>(
    `update room_participants set is_active = false, left_at = clock_timestamp(), left_cause = 'away'
      where room_id = $1 and is_active and user_id = any ($2)
        and confirmed_at <= clock_timestamp() - make_interval(secs => $3::float8 / 1000)
      returning user_id as "userId", left_at as "leftAt"`,
    [roomId, userIds, graceMs],
  );
  return result.rows.map(endedOf);
}

type EndedRow = { readonly userId: string; readonly leftAt: Date };

const endedOf = ({ userId, leftAt }: EndedRow): Ended => ({ userId: BigInt(userId), leftAt });

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

/** The next active participations in the order of their users, for a walk through all of them. */
export async function readActive(
  sql: Sql,
  afterUserId: bigint,
  limit: number,
): Promise<readonly { readonly roomId: bigint; readonly userId: bigint }[]> {
  const { rows } = await sql.query<{ roomId: string; userId: string }>(
    `select room_id as "roomId", user_id as "userId" from room_participants
      where is_active and user_id > $1 order by user_id limit $2`,
    [afterUserId, limit],
  );
  return rows.map((row) => ({ roomId: BigInt(row.roomId), userId: BigInt(row.userId) }));
}
