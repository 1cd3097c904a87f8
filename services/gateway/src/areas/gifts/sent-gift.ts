/** A gift that was sent, and what its sender is answered. */
import type { SendGiftResponse, SentGift as SentGiftRecord } from '@fanfare/contracts/gifting/v1/gifting_service';
import { z } from 'zod';
import { balances, balancesOf } from '../../present/balances.ts';
import { id, idOf, idOrNull, money, moneyOf, time, timeOf } from '../../present/scalars.ts';

const sentGiftFields = {
  id: z.string().describe('The sender’s own id: unique together with `senderId`.'),
  roomId: id.nullable(),
  senderId: id,
  recipientIds: z.array(id),
  giftId: id,
  quantity: z.int().describe('Pieces for each recipient.'),
  price: money.describe('Coins for one piece.'),
  totalCost: money.describe('Coins: price x quantity x recipients.'),
  comboId: z.string().nullable(),
  comboCount: z.int().describe('Which of its combo this is, from 1.'),
  sentAt: time,
};

export const sentGift = z.object(sentGiftFields).meta({ id: 'SentGift', description: 'A gift that was paid for.' });

export const presentSentGift = (gift: SentGiftRecord): z.output<typeof sentGift> => ({
  id: gift.id,
  roomId: idOrNull(gift.roomId),
  senderId: idOf(gift.senderId),
  recipientIds: gift.recipientIds.map(idOf),
  giftId: idOf(gift.giftId),
  quantity: gift.quantity,
  price: moneyOf(gift.price),
  totalCost: moneyOf(gift.totalCost),
  comboId: gift.comboId ?? null,
  comboCount: gift.comboCount,
  sentAt: timeOf(gift.sentAt),
});

/** The sender's balances are those recorded with the gift, the same at every repeat. */
export const sentGiftReceipt = z.object({ ...sentGiftFields, balances }).meta({
  id: 'SentGiftReceipt',
  description: 'What the sender gets: the gift, and their balances as recorded with it, the same at every repeat.',
});

export type SentGiftReceipt = z.output<typeof sentGiftReceipt>;

/** The answer to whoever sent it, over REST and as the ack of `gift.send`. */
export function presentReceipt({ gift, balances: recorded }: SendGiftResponse): SentGiftReceipt {
  if (gift === undefined) throw new Error('an answer without its gift');
  return { ...presentSentGift(gift), balances: balancesOf(recorded) };
}

export const receiptExample: SentGiftReceipt = {
  id: '0199d2f4-5e7a-7cc1-9d3b-2f1e6a8b4c11',
  roomId: 42,
  senderId: 7,
  recipientIds: [8],
  giftId: 3,
  quantity: 2,
  price: '100.00',
  totalCost: '200.00',
  comboId: 'combo-1',
  comboCount: 1,
  sentAt: '2026-02-03T04:05:06.789Z',
  balances: { coin: '800.00', diamond: '0.00', point: '0.00' },
};
