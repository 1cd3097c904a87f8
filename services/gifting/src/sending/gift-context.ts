/**
 * What a gift carries through the ledger, as JSON: enough to write its history, to announce it, and to answer every
 * repeat as the first was answered, whatever the catalogue, the split or the combo have become since. Releases read
 * each other's: fields are only ever added, and a new one must have a default here.
 */
import type { SentGift } from '@fanfare/contracts/gifting/v1/gifting_service';
import { z } from 'zod';
import { totalCost } from './distribution.ts';

/** The ledger takes no more. The worst gift (50 recipients, all numbers and texts at their longest) has 3.1 KB. */
const MAX_BYTES = 4096;

const id = z
  .int()
  .positive()
  .transform((value) => BigInt(value));
const minor = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform((text) => BigInt(text));
/** `[recipient, earnings]`, and `[..., agency, commission]` where there is one. */
const share = z.tuple([id, minor]).or(z.tuple([id, minor, id, minor]));

const schema = z.object({
  id: z.string(),
  roomId: id.nullable(),
  senderId: id,
  giftId: id,
  quantity: z.int().positive(),
  priceMinor: minor,
  comboId: z.string().nullable(),
  comboCount: z.int().positive(),
  splitVersion: z.int(),
  recipientBasisPoints: z.int(),
  wealthXpMultiplier: z.number(),
  charmXpMultiplier: z.number(),
  shares: z.array(share).min(1),
});

/** What one recipient got, in DIAMOND; the cost is the same for each: price times quantity. */
export interface ContextShare {
  readonly recipientId: bigint;
  readonly earnings: bigint;
  readonly agencyId: bigint | null;
  readonly commission: bigint;
}

export type GiftContext = Omit<z.output<typeof schema>, 'shares'> & { readonly shares: readonly ContextShare[] };

/** @throws RangeError when it is too large for the ledger, which {@link MAX_BYTES} says cannot be */
export function encodeContext(context: GiftContext): string {
  const text = JSON.stringify({
    ...context,
    roomId: context.roomId === null ? null : Number(context.roomId),
    senderId: Number(context.senderId),
    giftId: Number(context.giftId),
    priceMinor: String(context.priceMinor),
    shares: context.shares.map(({ recipientId, earnings, agencyId, commission }) => {
      const own = [Number(recipientId), String(earnings)];
      return agencyId === null ? own : [...own, Number(agencyId), String(commission)];
    }),
  });
  if (Buffer.byteLength(text) > MAX_BYTES) throw new RangeError('the context of a gift is too large for the ledger');
  return text;
}

/** @throws when the text is no context of a gift */
export function decodeContext(text: string): GiftContext {
  const { shares, ...rest } = schema.parse(JSON.parse(text));
  return {
    ...rest,
    shares: shares.map(([recipientId, earnings, agencyId = null, commission = 0n]) => ({
      recipientId,
      earnings,
      agencyId,
      commission,
    })),
  };
}

export const costEachOf = (gift: GiftContext): bigint => totalCost(gift.priceMinor, gift.quantity, 1);
export const costOf = (gift: GiftContext): bigint => totalCost(gift.priceMinor, gift.quantity, gift.shares.length);

/** The gift as its sender and every history show it. */
export function sentGiftOf(gift: GiftContext, sentAt: Date): SentGift {
  return {
    id: gift.id,
    roomId: gift.roomId ?? undefined,
    senderId: gift.senderId,
    recipientIds: gift.shares.map((each) => each.recipientId),
    giftId: gift.giftId,
    quantity: gift.quantity,
    price: { currency: 'COIN', minor: gift.priceMinor },
    totalCost: { currency: 'COIN', minor: costOf(gift) },
    comboId: gift.comboId ?? undefined,
    comboCount: gift.comboCount,
    sentAt,
  };
}
