/** Credited views that wait to be shown as one. The ledger has them one by one; this is only for the eye. */
import type { Sql } from '@fanfare/database';
import { type AccountId, ownerOf, userAccount } from '../ledger/accounts.ts';

export interface ViewNotice {
  readonly journalId: string;
  readonly userId: bigint;
  readonly videoId: string;
  readonly videoTitle: string;
  readonly minor: bigint;
  /** Of the video when it was looked at; 0 when nobody told. */
  readonly totalViews: bigint;
  readonly postedAt: Date;
}

/** Views of one video of one user, merged. */
export interface MergedViews {
  readonly userId: bigint;
  readonly videoId: string;
  /** Of the last view. */
  readonly videoTitle: string;
  readonly views: bigint;
  readonly minor: bigint;
  /** The most that any of the views told; 0 when none did. */
  readonly totalViews: bigint;
}

/** Notes views in the transaction that handles their events; a journal that is noted already stays as it is. */
export async function insertViewNotices(tx: Sql, notices: readonly ViewNotice[]): Promise<void> {
  if (notices.length === 0) return;
  await tx.query(
    `insert into view_notices (journal_id, user_id, video_id, video_title, minor, total_views, created_at)
     select journal_id, user_id, video_id, video_title, minor, total_views, posted_at
       from unnest($1::uuid[], $2::int8[], $3::text[], $4::text[], $5::int8[], $6::int8[], $7::timestamptz[])
            with ordinality
            as row (journal_id, user_id, video_id, video_title, minor, total_views, posted_at, position)
      order by position
     on conflict (journal_id) do nothing`,
    [
      notices.map((notice) => notice.journalId),
      notices.map((notice) => notice.userId),
      notices.map((notice) => notice.videoId),
      notices.map((notice) => notice.videoTitle),
      notices.map((notice) => notice.minor),
      notices.map((notice) => notice.totalViews),
      notices.map((notice) => notice.postedAt),
    ],
  );
}

/** The newest position when the oldest view has waited for `ms`, by the database's clock; null when none has. */
export async function dueUpTo(sql: Sql, ms: number): Promise<bigint | null> {
  const { rows } = await sql.query<{ newest: string }>(
    `select (select max(position) from view_notices) as newest
       from (select created_at from view_notices order by position limit 1) as oldest
      where created_at <= clock_timestamp() - make_interval(secs => $1::float8 / 1000)`,
    [ms],
  );
  const [row] = rows;
  return row === undefined ? null : BigInt(row.newest);
}

interface MergedRow {
  readonly user_id: string;
  readonly video_id: string;
  readonly video_title: string;
  readonly views: string;
  readonly minor: string;
  readonly total_views: string;
}

/**
 * Takes views away and merges them: of the oldest `maxRows` up to a position those of the first `maxVideos` videos.
 * Another replica takes others at the same time. Empty when there are none left.
 */
export async function takeMerged(
  tx: Sql,
  upTo: bigint,
  { maxRows, maxVideos }: { readonly maxRows: number; readonly maxVideos: number },
): Promise<readonly MergedViews[]> {
  const { rows } = await tx.query<MergedRow>(
    `with due as materialized (
       select position, user_id, video_id from view_notices where position <= $1
        order by position limit $2 for update skip locked
     ), chosen as (
       select user_id, video_id from due group by user_id, video_id order by min(position) limit $3
     ), taken as (
       delete from view_notices
        where position in (select position from due join chosen using (user_id, video_id))
       returning *
     )
     select user_id, video_id, count(*) as views, sum(minor) as minor, max(total_views) as total_views,
            (array_agg(video_title order by created_at desc, position desc))[1] as video_title
       from taken group by user_id, video_id order by max(position)`,
    [upTo, maxRows, maxVideos],
  );
  return rows.map((row) => ({
    userId: BigInt(row.user_id),
    videoId: row.video_id,
    videoTitle: row.video_title,
    views: BigInt(row.views),
    minor: BigInt(row.minor),
    totalViews: BigInt(row.total_views),
  }));
}

/**
 * What each user can spend, video by video, as if the views had been credited just now and in this order: they are told
 * seconds after the ledger has credited them, and whoever is told must not be shown an older balance than before.
 * @param available of every user, with all these views
 */
export function balancesAfter(merged: readonly MergedViews[], available: ReadonlyMap<bigint, bigint>): bigint[] {
  const left = new Map(available);
  return merged
    .toReversed()
    .map(({ userId, minor }) => {
      const after = left.get(userId) ?? 0n;
      left.set(userId, after - minor);
      return after;
    })
    .reverse();
}

/** What users can spend now. */
export async function availablePoints(tx: Sql, userIds: readonly bigint[]): Promise<ReadonlyMap<bigint, bigint>> {
  const { rows } = await tx.query<{ id: string; available: string }>(
    'select id, balance_minor - held_minor as available from accounts where id = any($1::int8[])',
    [[...new Set(userIds)].map((userId) => userAccount(userId, 'POINT'))],
  );
  return new Map(rows.map(({ id, available }) => [ownerOf(BigInt(id) as AccountId), BigInt(available)]));
}
