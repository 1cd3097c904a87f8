/** Rows of rooms: locked, changed and made. Whoever changes a room holds its lock, and saves by `saveChanges`. */
import { one, type Sql } from '@fanfare/database';
import { announce } from '@fanfare/messaging';
import type { Room } from '../generated/prisma/client.ts';
import type { RoomChange } from './room-change.ts';

/** A room as pg reads it: 64-bit integers come as text. */
export type RoomRow = Omit<Room, 'id' | 'ownerId' | 'version'> & {
  readonly id: string;
  readonly ownerId: string;
  readonly version: string;
};

export const ROOM_COLUMNS = `id, name, name_key as "nameKey", owner_id as "ownerId", status, max_participants as "maxParticipants",
  participant_count as "participantCount", room_level as "roomLevel", is_featured as "isFeatured", category, language,
  announcement, background_music_url as "backgroundMusicUrl", version, count_dirty as "countDirty",
  count_announced_at as "countAnnouncedAt", tenant_id as "tenantId", created_at as "createdAt", closed_at as "closedAt"`;

export const roomOf = (row: RoomRow): Room => ({
  ...row,
  id: BigInt(row.id),
  ownerId: BigInt(row.ownerId),
  version: BigInt(row.version),
});

/** A name or a part of it, as searches compare it: any case, and any way to write the same character. */
export const searchKey = (name: string): string => name.normalize('NFKC').toLowerCase();

export type RoomFields = Pick<
  Room,
  'name' | 'ownerId' | 'maxParticipants' | 'category' | 'language' | 'announcement' | 'backgroundMusicUrl' | 'tenantId'
>;

/** Locks one room; null when there is none. */
export async function lockRoom(tx: Sql, roomId: bigint): Promise<Room | null> {
  const { rows } = await tx.query<RoomRow>(`select ${ROOM_COLUMNS} from rooms where id = $1 for no key update`, [
    roomId,
  ]);
  return rows[0] === undefined ? null : roomOf(rows[0]);
}

/**
 * Locks a room and those the users are in, always in the order of their ids: users who swap rooms wait for each other in
 * one direction only. A user may have changed rooms while this waited; look again, in a new statement.
 */
export async function lockRoomAndCurrent(
  tx: Sql,
  roomId: bigint,
  userIds: readonly bigint[],
): Promise<readonly Room[]> {
  const { rows } = await tx.query<RoomRow>(
    `select ${ROOM_COLUMNS} from rooms
      where id = any (array(select room_id from room_participants where user_id = any ($2) and is_active) || $1::int8)
      order by id for no key update`,
    [roomId, userIds],
  );
  return rows.map(roomOf);
}

/** Locks rooms whose count waits to be announced, the longest-waiting first, passing over those in use. */
export async function lockDirtyRooms(tx: Sql, intervalMs: number, limit: number): Promise<readonly Room[]> {
  const { rows } = await tx.query<RoomRow>(
    `select ${ROOM_COLUMNS} from rooms
      where count_dirty and count_announced_at <= clock_timestamp() - make_interval(secs => $1::float8 / 1000)
      order by count_announced_at limit $2 for no key update skip locked`,
    [intervalMs, limit],
  );
  return rows.map(roomOf);
}

/** One at a time for each owner, so that two rooms made at once are counted. Held until the transaction ends. */
export async function lockOwner(tx: Sql, ownerId: bigint): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('rooms.owner:' || $1::text, 0))`, [ownerId]);
}

export async function countOwnedRooms(tx: Sql, ownerId: bigint): Promise<number> {
  const result = await tx.query<{ count: number }>(
    `select count(*)::int as count from rooms where owner_id = $1 and status = 'active'`,
    [ownerId],
  );
  return one(result).count;
}

export async function insertRoom(tx: Sql, room: RoomFields): Promise<Room> {
  const result = await tx.query<RoomRow>(
    `insert into rooms (name, name_key, owner_id, max_participants, category, language, announcement, background_music_url,
                        tenant_id, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp()) returning ${ROOM_COLUMNS}`,
    [
      room.name,
      searchKey(room.name),
      room.ownerId,
      room.maxParticipants,
      room.category,
      room.language,
      room.announcement,
      room.backgroundMusicUrl,
      room.tenantId,
    ],
  );
  return roomOf(one(result));
}

/** The database's clock: one for all replicas, and read under the lock it never contradicts a room's order. */
export async function databaseNow(tx: Sql): Promise<Date> {
  return one(await tx.query<{ now: Date }>('select clock_timestamp()::timestamptz(3) as now')).now;
}

/** Writes what has changed in locked rooms, and announces their events. Wake the relay after the commit. */
export async function saveChanges(tx: Sql, changes: readonly RoomChange[]): Promise<void> {
  const rooms = changes.map((change) => change.room);
  const { rowCount } = await tx.query(
    `update rooms
        set status = next.status, participant_count = next.participant_count, version = next.version,
            count_dirty = next.count_dirty, count_announced_at = next.count_announced_at, closed_at = next.closed_at
       from unnest($1::int8[], $2::text[], $3::int4[], $4::int8[], $5::bool[], $6::timestamptz[], $7::timestamptz[])
         as next (id, status, participant_count, version, count_dirty, count_announced_at, closed_at)
      where rooms.id = next.id`,
    [
      rooms.map((room) => room.id),
      rooms.map((room) => room.status),
      rooms.map((room) => room.participantCount),
      rooms.map((room) => room.version),
      rooms.map((room) => room.countDirty),
      rooms.map((room) => room.countAnnouncedAt),
      rooms.map((room) => room.closedAt),
    ],
  );
  if (rowCount !== rooms.length) throw new Error(`saved ${rowCount} of ${rooms.length} rooms`);
  await announce(
    tx,
    changes.flatMap(({ room, facts }) => facts.map((each) => each.announcement(room, each.version))),
  );
}
