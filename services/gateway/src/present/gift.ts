import type { Gift, SentGift, SentGiftReceipt } from '@fanfare/client/objects';
import type {
  Gift as CatalogueGift,
  SentGift as GiftRecord,
  SendGiftResponse,
} from '@fanfare/contracts/gifting/v1/gifting_service';
import { balancesOf, idOf, idOrNull, moneyOf, timeOf } from './scalars.ts';

export const presentGift = (gift: CatalogueGift): Gift => ({
  id: idOf(gift.id),
  name: gift.name,
  price: moneyOf(gift.price),
  category: gift.category,
  rarity: gift.rarity,
  animationUrl: gift.animationUrl ?? null,
  thumbnailUrl: gift.thumbnailUrl ?? null,
  wealthXpMultiplier: gift.wealthXpMultiplier,
  charmXpMultiplier: gift.charmXpMultiplier,
  isActive: gift.isActive,
});

export const presentSentGift = (gift: GiftRecord): SentGift => ({
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

/** The answer to whoever sent it, over REST and as the ack of `gift.send`. */
export function presentReceipt({ gift, balances }: SendGiftResponse): SentGiftReceipt {
  if (gift === undefined) throw new Error('an answer without its gift');
  return { ...presentSentGift(gift), balances: balancesOf(balances) };
}
