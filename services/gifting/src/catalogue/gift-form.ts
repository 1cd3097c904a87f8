/** A gift as administrators write it and as everybody reads it. */
import type { Gift as WireGift } from '@fanfare/contracts/gifting/v1/gifting_service';
import { invalid, MAX_MINOR } from '@fanfare/kit';
import type { Gift, GiftFields } from './gift.ts';

const MAX_URL = 2048;
/** Four decimals fit the column; a thousandfold is far beyond any use. */
const MAX_MULTIPLIER = 1000;

/** How each field is read. @throws INVALID_ARGUMENT naming the field */
const READ: { readonly [F in keyof GiftFields]: (gift: WireGift) => GiftFields[F] } = {
  name: (gift) => text('name', gift.name, 100),
  priceMinor: ({ price }) => {
    if (price === undefined || price.currency !== 'COIN' || price.minor < 1n || price.minor > MAX_MINOR) {
      throw invalid('price', 'must be at least 0.01 coins');
    }
    return price.minor;
  },
  category: (gift) => text('category', gift.category, 50),
  rarity: (gift) => text('rarity', gift.rarity, 50),
  animationUrl: (gift) => url('animationUrl', gift.animationUrl),
  thumbnailUrl: (gift) => url('thumbnailUrl', gift.thumbnailUrl),
  wealthXpMultiplier: (gift) => multiplier('wealthXpMultiplier', gift.wealthXpMultiplier),
  charmXpMultiplier: (gift) => multiplier('charmXpMultiplier', gift.charmXpMultiplier),
  isActive: (gift) => gift.isActive,
};

/** Fields by the names that the contract gives them. */
const BY_PATH: ReadonlyMap<string, keyof GiftFields> = new Map([
  ['name', 'name'],
  ['price', 'priceMinor'],
  ['category', 'category'],
  ['rarity', 'rarity'],
  ['animation_url', 'animationUrl'],
  ['thumbnail_url', 'thumbnailUrl'],
  ['wealth_xp_multiplier', 'wealthXpMultiplier'],
  ['charm_xp_multiplier', 'charmXpMultiplier'],
  ['is_active', 'isActive'],
]);

/** @throws INVALID_ARGUMENT naming the field */
export const parseGift = (gift: WireGift | undefined): GiftFields =>
  read(gift, Object.keys(READ) as (keyof GiftFields)[]) as GiftFields;

/**
 * The fields that a mask names, of an empty one none; all of them without a mask.
 * @throws INVALID_ARGUMENT naming the field, or the mask where a gift has no field of that name
 */
export function parseGiftChange(gift: WireGift | undefined, mask: readonly string[] | undefined): Partial<GiftFields> {
  if (mask === undefined) return parseGift(gift);
  const fields = mask.map((path) => {
    const field = BY_PATH.get(path);
    if (field === undefined) throw invalid('updateMask', `must name ${[...BY_PATH.keys()].join(', ')}`);
    return field;
  });
  return read(gift, fields);
}

function read(gift: WireGift | undefined, fields: readonly (keyof GiftFields)[]): Partial<GiftFields> {
  if (gift === undefined) throw invalid('gift', 'is required');
  return Object.fromEntries(fields.map((field) => [field, READ[field](gift)]));
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
