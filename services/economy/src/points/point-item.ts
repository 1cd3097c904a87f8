/** Something that points can buy, as administrators write it and everybody reads it. Pure. */
import type { PointItem as WireItem } from '@fanfare/contracts/economy/v1/points';
import { invalid, MAX_MINOR, type Minor } from '@fanfare/kit';
import { formatMoney } from '../format.ts';

export interface PointItem {
  readonly id: string;
  readonly name: string;
  readonly priceMinor: Minor;
  readonly isActive: boolean;
}

const ITEM_ID = /^[A-Za-z0-9_.-]{1,64}$/;
const MAX_NAME = 100;

/** @throws AppError (invalid) */
export function parseItemId(id: string): string {
  if (!ITEM_ID.test(id)) throw invalid('itemId', 'must be 1 to 64 letters, digits, or _ . -');
  return id;
}

/** @throws AppError (invalid) naming the field */
export function parsePointItem(item: WireItem | undefined): PointItem {
  if (item === undefined) throw invalid('item', 'is required');
  const { price, isActive } = item;
  const name = item.name.trim();
  if (!/^\P{C}+$/u.test(name) || name.length > MAX_NAME) {
    throw invalid('name', `must be 1 to ${MAX_NAME} printable characters`);
  }
  if (price === undefined || price.currency !== 'POINT' || price.minor < 1n || price.minor > MAX_MINOR) {
    throw invalid('price', 'must be at least 0.01 points');
  }
  return { id: parseItemId(item.id), name, priceMinor: price.minor, isActive };
}

export const formatPointItem = ({ id, name, priceMinor, isActive }: PointItem): WireItem => ({
  id,
  name,
  price: formatMoney('POINT', priceMinor),
  isActive,
});
