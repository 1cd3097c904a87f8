/** A gift of the catalogue. */
import type { Gift as GiftRecord } from '@fanfare/contracts/gifting/v1/gifting_service';
import { z } from 'zod';
import { id, idOf, money, moneyOf } from '../../present/scalars.ts';

export const gift = z
  .object({
    id,
    name: z.string(),
    price: money.describe('Coins for one piece.'),
    category: z.string(),
    rarity: z.string(),
    animationUrl: z.string().nullable(),
    thumbnailUrl: z.string().nullable(),
    wealthXpMultiplier: z.number(),
    charmXpMultiplier: z.number(),
    isActive: z.boolean(),
  })
  .meta({ id: 'Gift' });

export const presentGift = (record: GiftRecord): z.output<typeof gift> => ({
  id: idOf(record.id),
  name: record.name,
  price: moneyOf(record.price),
  category: record.category,
  rarity: record.rarity,
  animationUrl: record.animationUrl ?? null,
  thumbnailUrl: record.thumbnailUrl ?? null,
  wealthXpMultiplier: record.wealthXpMultiplier,
  charmXpMultiplier: record.charmXpMultiplier,
  isActive: record.isActive,
});
