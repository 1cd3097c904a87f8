/** A gift as administrators write it and as everybody reads it. */
import type { Gift as WireGift } from '@fanfare/contracts/gifting/v1/gifting_service';
import { invalid, MAX_MINOR } from '@fanfare/kit';
import type { Gift, GiftFields } from './gift.ts';

const MAX_URL = 2048;
/** Four decimals fit the column; a thousandfold is far beyond any use. */
const MAX_MULTIPLIER = 1000;

/** @throws INVALID_ARGUMENT naming the field */
export function parseGift(gift: WireGift | undefined): GiftFields {
  if (gift === undefined) throw invalid('gift', 'is required');
  const { price } = gift;
  if (price === undefined || price.currency !== 'COIN' || price.minor < 1n || price.minor > MAX_MINOR) {
    throw invalid('price', 'must be at least 0.01 coins');
  }
  return {
    name: text('name', gift.name, 100),
    priceMinor: price.minor,
    category: text('category', gift.category, 50),
    rarity: text('rarity', gift.rarity, 50),
    animationUrl: url('animationUrl', gift.animationUrl),
    thumbnailUrl: url('thumbnailUrl', gift.thumbnailUrl),
    wealthXpMultiplier: multiplier('wealthXpMultiplier', gift.wealthXpMultiplier),
    charmXpMultiplier: multiplier('charmXpMultiplier', gift.charmXpMultiplier),
    isActive: gift.isActive,
  };
}

function text(field: string, value: string, max: number): string {
  const trimmed = value.trim();
  if (!/^\P{C}+$/u.test(trimmed) || trimmed.length > max) {
    throw invalid(field, `must be 1 to ${max} printable characters`);
  }
  return trimmed;
}

function url(field: string, value: string | undefined): string | null {
  if (value === undefined || value === '') return null;
  const protocol = URL.canParse(value) ? new URL(value).protocol : '';
  if (value.length > MAX_URL || !['http:', 'https:'].includes(protocol)) {
    throw invalid(field, `must be an http or https address of at most ${MAX_URL} characters`);
  }
  return value;
}

function multiplier(field: string, value: number): number {
  const rounded = Number(value.toFixed(4));
  if (!(value >= 0 && value <= MAX_MULTIPLIER) || rounded !== value) {
    throw invalid(field, `must be from 0 to ${MAX_MULTIPLIER} with at most four decimals`);
  }
  return value;
}

export const formatGift = (gift: Gift): WireGift => ({
  id: gift.id,
  name: gift.name,
  price: { currency: 'COIN', minor: gift.priceMinor },
  category: gift.category,
  rarity: gift.rarity,
  animationUrl: gift.animationUrl ?? undefined,
  thumbnailUrl: gift.thumbnailUrl ?? undefined,
  wealthXpMultiplier: gift.wealthXpMultiplier,
  charmXpMultiplier: gift.charmXpMultiplier,
  isActive: gift.isActive,
});
