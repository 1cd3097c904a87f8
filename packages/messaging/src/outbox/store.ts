/** All SQL of the relay. Every function is one statement, so that none leaves half of its work behind. */
import type { Sql } from '@fanfare/database';

/** What the relay asks of its two tables. Each call happens as a whole or, when it throws, as a whole or not at all. */
export interface OutboxTables {
  readonly waiting: (limit: number) => Promise<readonly StoredEvent[]>;
  readonly moveToSent: (placed: readonly Placed[]) => Promise<void>;
  readonly waitingAmong: (origins: readonly Origin[]) => Promise<ReadonlyMap<string, string>>;
  readonly sentUpTo: (streamSeq: number, limit: number) => Promise<readonly SentMark[]>;
  readonly takeBack: (afterSeq: number, limit: number) => Promise<number>;
  readonly backlog: () => Promise<number>;
}

/** The tables in PostgreSQL. */
export const outboxTables = (sql: Sql): OutboxTables => ({
  waiting: (limit) => waiting(sql, limit),
  moveToSent: (placed) => moveToSent(sql, placed),
  waitingAmong: (origins) => waitingAmong(sql, origins),
  sentUpTo: (streamSeq, limit) => sentUpTo(sql, streamSeq, limit),
  takeBack: (afterSeq, limit) => takeBack(sql, afterSeq, limit),
  backlog: () => backlog(sql),
});

/** An event as it is published: JSON texts as they were written. */
export interface StoredEvent {
  /** int8 as text. */
  readonly id: string;
  readonly messageId: string;
  readonly subject: string;
  readonly headers: string;
  readonly payload: string;
}

/** Where in the stream an event is. */
export interface Placed {
  readonly id: string;
  readonly streamSeq: number;
}

const EVENT = `id, message_id as "messageId", subject, headers::text as headers, payload::text as payload`;

/**
 * The oldest events that wait, those that were taken back first. By what is in the table, never by a cursor: a
 * transaction that stalls before its commit shows a lower id later.
 */
async function waiting(sql: Sql, limit: number): Promise<readonly StoredEvent[]> {
  const { rows } = await sql.query<StoredEvent>(
    `(select ${EVENT} from platform.outbox where again is not null order by again limit $1)
     union all
     (select ${EVENT} from platform.outbox where again is null order by platform.outbox.id limit $1)
     limit $1`,
    [limit],
  );
  return rows;
}

/** Moves published events to `outbox_sent`. */
async function moveToSent(sql: Sql, placed: readonly Placed[]): Promise<void> {
  if (placed.length === 0) return;
  await sql.query(
    `with placed as (select * from unnest($1::bigint[], $2::bigint[]) as row (id, stream_seq)),
          moved as (delete from platform.outbox where id = any($1::bigint[]) returning *)
     insert into platform.outbox_sent (id, message_id, subject, headers, payload, created_at, stream_seq)
     select id, message_id, subject, headers, payload, created_at, stream_seq from moved join placed using (id)`,
    [placed.map((row) => row.id), placed.map((row) => row.streamSeq)],
  );
}

/** Where we noted an event to be. */
export interface SentMark {
  readonly messageId: string;
  readonly streamSeq: number;
}

/** A message of the stream, and the outbox row it says it was published from. */
export interface Origin {
  readonly messageId: string;
  /** Empty for a message that no relay has published. */
  readonly outboxId: string;
}

/** Whether PostgreSQL can read it as a `bigint`: a header may say anything. */
const isRowId = (text: string): boolean => /^\d{1,19}$/.test(text) && BigInt(text) < 2n ** 63n;

/**
 * Message ids by row id of those of these messages that still wait. They are found by the primary key, because millions
 * may wait and message ids have no index; a database that was restored may have given the id to another event.
 */
export async function waitingAmong(sql: Sql, origins: readonly Origin[]): Promise<ReadonlyMap<string, string>> {
  const ids = origins.map((origin) => origin.outboxId).filter(isRowId);
  if (ids.length === 0) return new Map();
  const { rows } = await sql.query<{ id: string; message_id: string }>(
    'select id, message_id from platform.outbox where id = any($1::bigint[])',
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row.message_id]));
}

/** Sent events up to a sequence, the latest first. */
async function sentUpTo(sql: Sql, streamSeq: number, limit: number): Promise<readonly SentMark[]> {
  const { rows } = await sql.query<SentMark>(
    `select message_id as "messageId", stream_seq::float8 as "streamSeq" from platform.outbox_sent
      where stream_seq <= $1 order by stream_seq desc limit $2`,
    [streamSeq, limit],
  );
  return rows;
}

/**
 * Makes sent events wait again under their old ids and in the order they had in the stream, before everything else: the
 * latest ones after a sequence, so that those still noted are always the beginning, wherever this was interrupted. @returns how many; fewer than the limit when none is left
 */
async function takeBack(sql: Sql, afterSeq: number, limit: number): Promise<number> {
  const { rowCount } = await sql.query(
    `with lost as (
       delete from platform.outbox_sent where stream_seq > $1 and id = any (array(
         select id from platform.outbox_sent where stream_seq > $1 order by stream_seq desc limit $2))
       returning *)
     insert into platform.outbox (id, message_id, subject, headers, payload, created_at, again)
     select id, message_id, subject, headers, payload, created_at,
            coalesce((select min(again) from platform.outbox), 0) - row_number() over (order by stream_seq desc)
       from lost`,
    [afterSeq, limit],
  );
  return rowCount ?? 0;
}

/** Counting a larger backlog would only make it larger. */
export const BACKLOG_BOUND = 100_000;

/** How many events wait, counted up to the bound. */
async function backlog(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    'select count(*)::int as count from (select from platform.outbox limit $1) as bounded',
    [BACKLOG_BOUND],
  );
  return rows[0]?.count ?? 0;
}
