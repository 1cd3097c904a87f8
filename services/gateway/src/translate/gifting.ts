import { roomChannel, userChannel } from '@fanfare/contracts';
import { idOf, idOrNull, moneyOf, timeOf } from '../present/scalars.ts';
import type { KnownEmit } from '../protocol/emit.ts';
import { silent, type Table } from './table.ts';

/** A gift in a room is shown to the room; one without a room to those whom it concerns. */
export const gifting = {
  giftSent: (gift) => {
    const recipients = gift.shares.map(({ recipientId }) => recipientId);
    const channels =
      gift.roomId === undefined ? [gift.senderId, ...recipients].map(userChannel) : [roomChannel(gift.roomId)];
    const data = {
      id: gift.id,
      room_id: idOrNull(gift.roomId),
      sender_id: idOf(gift.senderId),
      recipient_ids: recipients.map(idOf),
      gift_id: idOf(gift.giftId),
      quantity: gift.quantity,
      price: moneyOf(gift.price),
      total_cost: moneyOf(gift.totalCost),
      combo_id: gift.comboId ?? null,
      combo_count: gift.comboCount,
      sent_at: timeOf(gift.sentAt),
    };
    return channels.map((channel): KnownEmit<'gift.sent'> => ({ channel, name: 'gift.sent', class: 'reliable', data }));
  },
  catalogueChanged: silent,
} satisfies Partial<Table>;
