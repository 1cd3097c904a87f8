import { roomChannel, userChannel } from '@fanfare/contracts';
import type { GiftSent } from '@fanfare/contracts/gifting/event/v1/gifting_events';
import { z } from 'zod';
import { id, idOf, idOrNull, money, moneyOf, time, timeOf } from '../../present/scalars.ts';
import { defineEvent, type EmitOf } from '../../protocol/event.ts';

export const giftSent = defineEvent({
  name: 'gift.sent',
  summary: 'A gift was paid for: show it. In a room it goes to the room, else to sender and recipients.',
  on: ['room', 'user'],
  class: 'reliable',
  data: z.object({
    id: z.string().describe('Of its sender’s making: unique together with `sender_id`.'),
    room_id: id.nullable(),
    sender_id: id,
    recipient_ids: z.array(id),
    gift_id: id,
    quantity: z.int().describe('Pieces for each recipient.'),
    price: money.describe('Coins for one piece.'),
    total_cost: money.describe('Coins: price x quantity x recipients.'),
    combo_id: z.string().nullable(),
    combo_count: z.int().describe('Which of its combo this is, from 1.'),
    sent_at: time,
  }),
  examples: [
    {
      id: '0199d2f4-5e7a-7cc1-9d3b-2f1e6a8b4c11',
      room_id: 42,
      sender_id: 7,
      recipient_ids: [8],
      gift_id: 3,
      quantity: 2,
      price: '100.00',
      total_cost: '200.00',
      combo_id: 'combo-1',
      combo_count: 1,
      sent_at: '2026-02-03T04:05:06.789Z',
    },
  ],
});

/** A gift in a room is shown to the room; one without a room to those whom it concerns. */
export function showGift(gift: GiftSent): readonly EmitOf<'gift.sent'>[] {
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
  return channels.map((channel) => giftSent.to(channel, data));
}
