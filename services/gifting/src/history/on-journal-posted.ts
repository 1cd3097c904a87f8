/**
 * The ledger has committed: its gifts become history and are announced, in one transaction. Nothing is judged here any
 * more. A gift is known by its journal, so an event that comes again long after its inbox row is gone changes nothing
 * either, and the history can be rebuilt by a replay.
 */
import { events } from '@fanfare/contracts';
import type { JournalPosted } from '@fanfare/contracts/economy/event/v1/economy_events';
import type { GiftSent } from '@fanfare/contracts/gifting/event/v1/gifting_events';
import { type Announcement, announce, announcement, causedBy, defineConsumer, type Incoming } from '@fanfare/messaging';
import { costEachOf, costOf, decodeContext } from '../sending/gift-context.ts';
import { GIFT_OPERATION } from '../sending/ledger-command.ts';
import {
  addTotals,
  feedOf,
  insertSentGifts,
  insertTransactions,
  numberInFeeds,
  type PostedGift,
} from './history-rows.ts';

type Arrived = PostedGift & Pick<Incoming<JournalPosted>, 'envelope'>;

export const onJournalPosted = defineConsumer({
  durable: 'gifting-journal',
  event: events.journalPosted,
  includeReplayed: true,
  handleBatch: async ({ tx, events: batch }) => {
    const gifts = batch.filter(({ message }) => message.operation === GIFT_OPERATION).map(giftOf);
    if (gifts.length === 0) return;
    const fresh = await insertSentGifts(tx, gifts);
    const written = gifts.filter(({ journalId }) => fresh.has(journalId));
    if (written.length === 0) return;
    await insertTransactions(tx, written);
    await addTotals(tx, written);
    const versions = await numberInFeeds(tx, written);
    await announce(
      tx,
      written.map((gift, index) => giftSent(gift, versions[index] ?? 0n)),
    );
  },
});

function giftOf({ message, envelope }: Incoming<JournalPosted>): Arrived {
  const { journalId, context, postedAt } = message;
  return { journalId, gift: decodeContext(context), sentAt: postedAt ?? envelope.time, envelope };
}

/** Its event id hangs on the journal: when the history is rebuilt, everybody knows the gift again. */
function giftSent({ journalId, gift, sentAt, envelope }: Arrived, entityVersion: bigint): Announcement {
  const message: GiftSent = {
    id: gift.id,
    journalId,
    roomId: gift.roomId ?? undefined,
    senderId: gift.senderId,
    giftId: gift.giftId,
    quantity: gift.quantity,
    price: { currency: 'COIN', minor: gift.priceMinor },
    totalCost: { currency: 'COIN', minor: costOf(gift) },
    comboId: gift.comboId ?? undefined,
    comboCount: gift.comboCount,
    shares: gift.shares.map(({ recipientId, earnings, agencyId, commission }) => ({
      recipientId,
      cost: { currency: 'COIN', minor: costEachOf(gift) },
      earnings: { currency: 'DIAMOND', minor: earnings },
      agencyId: agencyId ?? undefined,
      commission: { currency: 'DIAMOND', minor: commission },
    })),
    wealthXpMultiplier: gift.wealthXpMultiplier,
    charmXpMultiplier: gift.charmXpMultiplier,
    sentAt,
  };
  return announcement(events.giftSent, message, {
    ...causedBy(envelope),
    id: `gift-${journalId}`,
    entityId: feedOf(gift),
    entityVersion,
    time: sentAt,
  });
}
