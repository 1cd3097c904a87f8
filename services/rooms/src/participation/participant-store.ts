/** Rows of participations. They are written only while the room's row is locked. */
import type { Sql } from '@fanfare/database';

/** Why a participation ended. */
export type LeaveCause = 'left' | 'moved' | 'away' | 'blocked' | 'closed';

/** What decides the joins of some users, besides the locked rooms. */
export interface Standing {
  readonly now: Date;
  readonly blocked: ReadonlySet<bigint>;
  /** The rooms that users are in. */
  readonly current: ReadonlyMap<bigint, Stay>;
}

export interface Stay {
  readonly roomId: bigint;
  readonly joinedAt: Date;
}

/** Somebody who is in a room. */
export interface Participant {
  readonly userId: bigint;
  readonly role: string;
  readonly joinedAt: Date;
}

export interface Ended {
  readonly userId: bigint;
  readonly leftAt: Date;
}

/** A statement of its own, after the locks: it sees what was committed while they were waited for. */
export async function readStanding(tx: Sql, roomId: bigint, userIds: readonly bigint[]): Promise<Standing> {
  const { rows } = await tx.query<StandingRow>(
    `select asked.user_id as "userId", clock_timestamp()::timestamptz(3) as now,
            exists (select from room_blocks b where b.room_id = $1 and b.user_id = asked.user_id) as blocked,
            stay.room_id as "roomId", stay.joined_at as "joinedAt"
       from unnest($2::int8[]) as asked (user_id)
       left join room_participants stay on stay.user_id = asked.user_id and stay.is_active`,
    [roomId, userIds],
  );
  return {
    now: rows[0]?.now ?? new Date(),
    blocked: new Set(rows.flatMap(({ userId, blocked }) => (blocked ? [BigInt(userId)] : []))),
    current: new Map(
      rows.flatMap(({ userId, roomId: current, joinedAt }) =>
        current === null || joinedAt === null ? [] : [[BigInt(userId), { roomId: BigInt(current), joinedAt }]],
      ),
    ),
  };
}

interface StandingRow {
  readonly userId: string;
  readonly now: Date;
  readonly blocked: boolean;
  readonly roomId: string | null;
  readonly joinedAt: Date | null;
}

/**
 * In the order of the users, so that two rooms that take in the same users do not wait for each other.
 * @returns how many: fewer when one of them entered another room meanwhile, in a transaction that did not lock this
 */
export async function insertParticipants(
  tx: Sql,
  roomId: bigint,
  userIds: readonly bigint[],
  joinedAt: Date,
): Promise<number> {
  const { rowCount } = await tx.query(
    `insert into room_participants (room_id, user_id, joined_at, confirmed_at)
     select $1, user_id, $3, $3 from unnest($2::int8[]) as entering (user_id) order by user_id
     on conflict (user_id) where is_active do nothing`,
    [roomId, userIds, joinedAt],
  );
  return rowCount ?? 0;
}

/** These users have asked to join again: they are not away, whatever presence says. */
export async function confirmParticipants(tx: Sql, roomId: bigint, userIds: readonly bigint[]): Promise<void> {
  await tx.query(
    `update room_participants set confirmed_at = clock_timestamp()
      where room_id = $1 and user_id = any ($2) and is_active`,
    [roomId, userIds],
  );
}

/** Ends the stays of users who go on to another room, wherever they are. */
export async function endMoved(tx: Sql, userIds: readonly bigint[], leftAt: Date): Promise<void> {
  await tx.query(
    `update room_participants set is_active = false, left_at = $2, left_cause = 'moved'
      where user_id = any ($1) and is_active`,
    [userIds, leftAt],
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
