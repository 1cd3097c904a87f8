/** What a fresh platform has to give away; made through CreateGift, which changes nothing when they are there. */
import { Gift } from '@fanfare/contracts/gifting/v1/gifting_service';

const gift = (name: string, priceMinor: bigint, category: string, rarity: string, multiplier = 1): Gift =>
  Gift.fromPartial({
    name,
    price: { currency: 'COIN', minor: priceMinor },
    category,
    rarity,
    wealthXpMultiplier: multiplier,
    charmXpMultiplier: multiplier,
    isActive: true,
  });

/** Cheapest first; prices from 1.00 to 5000.00 coins. */
export const demoGifts: readonly Gift[] = [
  gift('Rose', 100n, 'flowers', 'common'),
  gift('Heart', 500n, 'classic', 'common'),
  gift('Chocolate', 1000n, 'sweets', 'common'),
  gift('Teddy Bear', 5000n, 'classic', 'rare'),
  gift('Fireworks', 10_000n, 'celebration', 'rare', 1.1),
  gift('Sports Car', 50_000n, 'luxury', 'epic', 1.2),
  gift('Yacht', 200_000n, 'luxury', 'epic', 1.25),
  gift('Castle', 500_000n, 'luxury', 'legendary', 1.5),
];
