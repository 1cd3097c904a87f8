/**
 * Sends events that went out before once more, through the relay like any other, marked replayed and under a message id
 * of their own: only a consumer that is being rebuilt takes them in.
 */
import type { Sql } from '@fanfare/database';
import { REPLAYED_HEADER } from '../envelope.ts';

/** Both ends belong to the range; what is left out does not limit it. Only what `outbox_sent` still has (72 hours). */
export interface ReplayRange {
  readonly fromSeq?: bigint;
  readonly toSeq?: bigint;
  readonly sentFrom?: Date;
  readonly sentTo?: Date;
  /** `evt.gifting.gift.sent.v1`, or all that begins like it. */
  readonly subjectPrefix?: string;
}

/** Live events go first, so a page only has to be small enough for one statement. */
const PAGE = 1000;

/**
 * Puts the range into the outbox, page by page; wake the relay afterwards. Events that were replayed themselves are not
 * replayed again. A replay that was interrupted is started again from the returned or logged sequence.
 * @param sql a connection of the producer's database
 * @param onPage is told the last sequence of each page
 * @returns how many events were put in
 */
export async function replay(sql: Sql, range: ReplayRange, onPage: (seq: bigint) => void = () => {}): Promise<number> {
  let count = 0;
  for (let after = (range.fromSeq ?? 1n) - 1n; ; ) {
    const { rows } = await sql.query<{ count: number; last: string | null }>(
      `with page as (
         select * from platform.outbox_sent
          where stream_seq > $1 and stream_seq <= coalesce($2::bigint, 9223372036854775807)
            and sent_at >= coalesce($3::timestamptz, '-infinity') and sent_at <= coalesce($4::timestamptz, 'infinity')
            and starts_with(subject, $5) and headers::jsonb->>'${REPLAYED_HEADER}' is null
          order by stream_seq limit $6),
       put as (
         insert into platform.outbox (id, message_id, subject, headers, payload)
         select nextval('platform.outbox_replay_ids'), message_id || '~' || gen_random_uuid(), subject,
                (headers::jsonb || jsonb_build_object('${REPLAYED_HEADER}', 'true'))::text, payload
           from (select * from page order by stream_seq) as ordered)
       select count(*)::int as count, max(stream_seq)::text as last from page`,
      [
        after.toString(),
        range.toSeq?.toString() ?? null,
        range.sentFrom ?? null,
        range.sentTo ?? null,
        range.subjectPrefix ?? '',
        PAGE,
      ],
    );
    const [page] = rows;
    if (page === undefined || page.last === null) return count;
    count += page.count;
    after = BigInt(page.last);
    onPage(after);
  }
}
