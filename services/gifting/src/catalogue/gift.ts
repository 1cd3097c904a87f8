/** A gift of the catalogue, and whether it may be sent. */
import { type AppError, formatMinor, invalid, MAX_MINOR } from '@fanfare/kit';
import { errors } from '../errors.ts';
import { totalCost } from '../sending/distribution.ts';
import type { GiftRequest } from '../sending/send-request.ts';

/** What an administrator decides about a gift. */
export interface GiftFields {
  readonly name: string;
  /** COIN, for one piece. */
  readonly priceMinor: bigint;
  readonly category: string;
  readonly rarity: string;
  readonly animationUrl: string | null;
  readonly thumbnailUrl: string | null;
  readonly wealthXpMultiplier: number;
  readonly charmXpMultiplier: number;
  readonly isActive: boolean;
}

export interface Gift extends GiftFields {
  readonly id: bigint;
  /** Grows with every change. */
  readonly version: bigint;
}

/**
 * Why the catalogue does not allow this send, or null. Except for a gift that never was, these depend on the moment:
 * a gift sent yesterday may be retired or dearer today, so they are recorded with the ledger, which knows yesterday.
 */
export function refusalBy(gift: Gift | undefined, request: GiftRequest): AppError | null {
  if (gift === undefined) return errors.GIFT_NOT_FOUND();
  if (!gift.isActive) return errors.GIFT_INACTIVE();
  const { expectedPrice } = request;
  if (expectedPrice !== null && expectedPrice !== gift.priceMinor) {
    return errors.PRICE_CHANGED({ expected: formatMinor(expectedPrice), actual: formatMinor(gift.priceMinor) });
  }
  if (totalCost(gift.priceMinor, request.quantity, request.recipientIds.length) > MAX_MINOR) {
    return invalid('quantity', 'the gift costs more than one command may move');
  }
  return null;
}

/** How a refusal crosses the ledger: field errors become details, as the ledger's own do. */
export function recordable(error: AppError): {
  reason: string;
  kind: string;
  message: string;
  metadata: Record<string, string>;
} {
  const fields = Object.entries(error.fields ?? {}).map(([name, texts]) => [name, texts.join(', ')] as const);
  const { reason, kind, message } = error;
  return { reason, kind, message, metadata: { ...error.details, ...Object.fromEntries(fields) } };
}
