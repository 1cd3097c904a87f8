/** From messages of the wire to what the commands of points take, and back. Pure. */
import type {
  BoostVideoRequest,
  GiftPointsRequest,
  PenalizeRequest,
  PenalizeResponse,
  PointDeduction,
  PurchaseWithPointsRequest,
  PointItem as WireItem,
} from '@fanfare/contracts/economy/v1/points';
import { invalid, MAX_MINOR } from '@fanfare/kit';
import { formatMoney } from '../format.ts';
import { parsePositive } from '../parse-amount.ts';
import { parseClientId, parseReason, parseUserId } from '../parse-request.ts';
import type { BoostInput } from './boost-video.ts';
import type { Deduction } from './deduction.ts';
import type { PointGiftInput } from './gift-points.ts';
import { isOpaqueId, MAX_ID_LENGTH } from './opaque-id.ts';
import type { Penalty, PenaltyInput } from './penalize.ts';
import type { PointItem } from './point-items.ts';
import type { PurchaseInput } from './purchase-with-points.ts';

const ITEM_ID = /^[A-Za-z0-9_.-]{1,64}$/;
const MAX_NAME = 100;

/** @throws AppError (invalid), as all of these do, naming the first field that is wrong */
export function parseItemId(id: string): string {
  if (!ITEM_ID.test(id)) throw invalid('itemId', 'must be 1 to 64 letters, digits, or _ . -');
  return id;
}

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

export const parsePurchase = ({ id, itemId }: PurchaseWithPointsRequest): PurchaseInput => ({
  id: parseClientId(id),
  itemId: parseItemId(itemId),
});

export function parseBoost({ id, videoId }: BoostVideoRequest): BoostInput {
  if (!isOpaqueId(videoId)) throw invalid('videoId', `must be 1 to ${MAX_ID_LENGTH} characters`);
  return { id: parseClientId(id), videoId };
}

export const parsePointGift = ({ id, toUserId, amount }: GiftPointsRequest): PointGiftInput => ({
  id: parseClientId(id),
  toUserId: parseUserId('toUserId', toUserId),
  points: parsePositive(amount, 'POINT'),
});

export const parsePenalty = ({ id, userId, amount, reason }: PenalizeRequest): PenaltyInput => ({
  id: parseClientId(id),
  userId: parseUserId('userId', userId),
  points: parsePositive(amount, 'POINT'),
  reason: parseReason(reason),
});

export const formatDeduction = ({ points, balance, postedAt, ...deducted }: Deduction): PointDeduction => ({
  ...deducted,
  points: formatMoney('POINT', points),
  balance: formatMoney('POINT', balance),
  createdAt: postedAt,
});

export const formatPenalty = ({ deduction, debt }: Penalty): PenalizeResponse => ({
  deduction: formatDeduction(deduction),
  debt: formatMoney('POINT', debt),
});
