/** What can be said about a send without asking anybody: structure and ranges. */
import type { IntentField } from '@fanfare/contracts/economy/v1/economy_service';
import type { SendGiftRequest } from '@fanfare/contracts/gifting/v1/gifting_service';
import { invalid, MAX_MINOR } from '@fanfare/kit';
import { errors } from '../errors.ts';

/** A send that is well formed. */
export interface GiftRequest {
  /** The sender's own. */
  readonly id: string;
  readonly senderId: bigint;
  readonly giftId: bigint;
  readonly quantity: number;
  readonly roomId: bigint | null;
  /** As sent. */
  readonly recipientIds: readonly bigint[];
  readonly comboId: string | null;
  /** COIN; null when the sender takes any price. */
  readonly expectedPrice: bigint | null;
}

const MAX_QUANTITY = 9999;
const MAX_RECIPIENTS = 50;
/** Sequences end there, so that every id is an exact JSON number. */
const MAX_ID = MAX_MINOR;

/** No control, format or unassigned characters and no lone surrogates; up to that many UTF-16 units. */
const printable = (text: string, max: number): boolean => text.length <= max && /^\P{C}+$/u.test(text);
const isId = (id: bigint): boolean => id >= 1n && id <= MAX_ID;

/**
 * @throws INVALID_ARGUMENT naming the field, GIFT_TO_SELF, RECIPIENT_REPEATED. None of these is recorded under the id:
 * a request like this was never accepted and never will be, so a repeat meets the same answer anyway.
 */
export function parseSendGift(request: SendGiftRequest, senderId: bigint): GiftRequest {
  const { id, giftId, quantity, roomId, recipientIds, comboId, expectedPrice } = request;
  if (!printable(id, 128)) throw invalid('id', 'must be 1 to 128 printable characters');
  if (!isId(giftId)) throw invalid('giftId', 'must be a positive integer');
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > MAX_QUANTITY) {
    throw invalid('quantity', `must be an integer from 1 to ${MAX_QUANTITY}`);
  }
  if (roomId !== undefined && !isId(roomId)) throw invalid('roomId', 'must be a positive integer');
  checkRecipients(recipientIds, senderId);
  if (comboId !== undefined && !printable(comboId, 64)) {
    throw invalid('comboId', 'must be 1 to 64 printable characters');
  }
  if (expectedPrice !== undefined && (expectedPrice.currency !== 'COIN' || expectedPrice.minor < 0n)) {
    throw invalid('expectedPrice', 'must be an amount of coins');
  }
  return {
    id,
    senderId,
    giftId,
    quantity,
    roomId: roomId ?? null,
    recipientIds,
    comboId: comboId ?? null,
    expectedPrice: expectedPrice?.minor ?? null,
  };
}

function checkRecipients(recipientIds: readonly bigint[], senderId: bigint): void {
  if (recipientIds.length < 1 || recipientIds.length > MAX_RECIPIENTS) {
    throw invalid('recipientIds', `must name 1 to ${MAX_RECIPIENTS} users`);
  }
  if (!recipientIds.every(isId)) throw invalid('recipientIds', 'must be positive integers');
  if (recipientIds.includes(senderId)) {
    throw errors.GIFT_TO_SELF({}, { recipientIds: ['must not contain the sender'] });
  }
  if (new Set(recipientIds).size < recipientIds.length) {
    throw errors.RECIPIENT_REPEATED({}, { recipientIds: ['must name each user once'] });
  }
}

/**
 * What a repeat under the same id must have in common with the first. Fields are only ever appended. The expected price
 * is not one of them: it guards against the catalogue, and a repeat that has learnt the new price is still a repeat.
 */
export function intentOf(request: GiftRequest): IntentField[] {
  return [
    { name: 'giftId', value: String(request.giftId) },
    { name: 'quantity', value: String(request.quantity) },
    { name: 'roomId', value: String(request.roomId ?? '') },
    { name: 'recipientIds', value: request.recipientIds.join(',') },
    { name: 'comboId', value: request.comboId ?? '' },
  ];
}
