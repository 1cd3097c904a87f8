/**
 * Writing history: what the ledger's journals become in the tables. Sets and not rows: a batch is five statements,
 * whatever its size. Rows that several batches touch are written in a fixed order, so that two replicas never wait for
 * each other in a circle.
 */
import type { Sql } from '@fanfare/database';
import { costEachOf, costOf, type GiftContext } from '../sending/gift-context.ts';

/** One journal of a gift. */
export interface PostedGift {
  readonly journalId: string;
  readonly gift: GiftContext;
  readonly sentAt: Date;
}

/** @returns the journals that were not there yet; each is written once, however often it is told of */
export async function insertSentGifts(tx: Sql, posted: readonly PostedGift[]): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ journal_id: string }>(
    `with posted as (
       select * from json_to_recordset($1) as posted (
         position integer, journal_id uuid, client_id text, room_id bigint, sender_id bigint, recipient_ids bigint[],
         gift_id bigint, quantity integer, price_minor bigint, total_cost_minor bigint, combo_id text,
         combo_count integer, split_version integer, sent_at timestamptz)
     )
     insert into sent_gifts (journal_id, client_id, room_id, sender_id, recipient_ids, gift_id, quantity, price_minor,
                             total_cost_minor, combo_id, combo_count, split_version, sent_at)
     select journal_id, client_id, room_id, sender_id, recipient_ids, gift_id, quantity, price_minor,
            total_cost_minor, combo_id, combo_count, split_version, sent_at
       from posted order by position
     on conflict (journal_id) do nothing returning journal_id`,
    [JSON.stringify(posted.map(sentGiftRow))],
  );
  return new Set(rows.map((row) => row.journal_id));
}

function sentGiftRow({ journalId, gift, sentAt }: PostedGift, position: number): object {
  return {
    position,
    journal_id: journalId,
    client_id: gift.id,
    room_id: textOf(gift.roomId),
    sender_id: textOf(gift.senderId),
    recipient_ids: gift.shares.map((share) => textOf(share.recipientId)),
    gift_id: textOf(gift.giftId),
    quantity: gift.quantity,
    price_minor: textOf(gift.priceMinor),
    total_cost_minor: textOf(costOf(gift)),
    combo_id: gift.comboId,
    combo_count: gift.comboCount,
    split_version: gift.splitVersion,
    sent_at: sentAt,
  };
}

/** One row for each recipient, after {@link insertSentGifts}. */
export async function insertTransactions(tx: Sql, posted: readonly PostedGift[]): Promise<void> {
  await tx.query(
    `insert into gift_transactions (sent_gift_id, sender_id, recipient_id, gift_id, room_id, quantity,
       total_cost_minor, recipient_earnings_minor, agency_id, agency_commission_minor, sent_at)
     select sent.id, sent.sender_id, share.recipient_id, sent.gift_id, sent.room_id, sent.quantity,
            share.cost_minor, share.earnings_minor, share.agency_id, share.commission_minor, sent.sent_at
       from json_to_recordset($1) as share (position integer, journal_id uuid, recipient_id bigint, cost_minor bigint,
              earnings_minor bigint, agency_id bigint, commission_minor bigint)
       join sent_gifts sent using (journal_id)
      order by share.position`,
    [JSON.stringify(posted.flatMap(shareRows).map((row, position) => ({ ...row, position })))],
  );
}

const shareRows = ({ journalId, gift }: PostedGift): object[] =>
  gift.shares.map((share) => ({
    journal_id: journalId,
    recipient_id: textOf(share.recipientId),
    cost_minor: textOf(costEachOf(gift)),
    earnings_minor: textOf(share.earnings),
    agency_id: textOf(share.agencyId),
    commission_minor: textOf(share.commission),
  }));

export async function addTotals(tx: Sql, posted: readonly PostedGift[]): Promise<void> {
  const changes = posted.flatMap(({ gift }) => [
    { userId: gift.senderId, spent: costOf(gift), received: 0n },
    ...gift.shares.map(({ recipientId, earnings }) => ({ userId: recipientId, spent: 0n, received: earnings })),
  ]);
  await tx.query(
    `insert into user_totals as total (user_id, spent_minor, received_minor)
     select user_id, sum(spent), sum(received)
       from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as change (user_id, spent, received)
      group by user_id order by user_id
     on conflict (user_id) do update set spent_minor = total.spent_minor + excluded.spent_minor,
       received_minor = total.received_minor + excluded.received_minor`,
    [changes.map((each) => each.userId), changes.map((each) => each.spent), changes.map((each) => each.received)],
  );
}

/** Where a gift is told in order: its room, or its sender. */
export const feedOf = ({ roomId, senderId }: GiftContext): string =>
  roomId === null ? `user:${senderId}` : `room:${roomId}`;

/** Numbers the gifts of each feed, and locks the feeds until the commit. @returns a version for each, in order */
export async function numberInFeeds(tx: Sql, posted: readonly PostedGift[]): Promise<readonly bigint[]> {
  const { rows } = await tx.query<{ entity: string; version: string; gifts: string }>(
    `with added as (select entity, count(*) as gifts from unnest($1::text[]) as entity group by entity)
     insert into gift_feeds as feed (entity, version) select entity, gifts from added order by entity
     on conflict (entity) do update set version = feed.version + excluded.version
     returning entity, version, (select gifts from added where added.entity = feed.entity) as gifts`,
    [posted.map(({ gift }) => feedOf(gift))],
  );
  const last = new Map(rows.map((row) => [row.entity, BigInt(row.version) - BigInt(row.gifts)]));
  return posted.map(({ gift }) => {
    const version = (last.get(feedOf(gift)) ?? 0n) + 1n;
    last.set(feedOf(gift), version);
    return version;
  });
}

/** JSON numbers would pass a double on their way. */
const textOf = (value: bigint | null): string | null => (value === null ? null : String(value));
