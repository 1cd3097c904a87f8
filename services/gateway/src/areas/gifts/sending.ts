/** Sending a gift, the same over REST and over a socket: what is said, and what is answered. */
import type { CallOptions } from '@fanfare/kit';
import type { z } from 'zod';
import * as fields from '../../http/fields.ts';
import type { ClientsOf } from '../../rpc-clients.ts';
import type { clients } from './clients.ts';
import { presentReceipt, type SentGiftReceipt } from './sent-gift.ts';

const shape = {
  giftId: fields.id().describe('Of the catalogue.'),
  quantity: fields.integer(1, 9999).describe('Pieces for each recipient.'),
  recipientIds: fields.ids(1, 50).describe('Users, each named once, never the sender.'),
  comboId: fields
    .exactText(1, 64, 'must be 1 to 64 printable characters')
    .nullish()
    .describe('The same for gifts that are counted as one combo.'),
  expectedPrice: fields
    .amount()
    .nullish()
    .describe('Coins for one piece, as decimal text: refused with PRICE_CHANGED when it is another.'),
};

/** To a room that is named elsewhere. */
export const roomGift = fields.object(shape);

/** In a room if one is named, else directly. */
export const anyGift = fields.object({
  ...shape,
  roomId: fields.id().nullish().describe('Without one it is a direct gift, which no room is shown.'),
});

interface Sending {
  readonly clients: ClientsOf<Pick<typeof clients, 'gifting'>>;
}

/**
 * @param id the sender's own: a repeat under it answers the same
 * @throws what gifting refuses with
 */
export async function send(
  { clients: { gifting } }: Sending,
  id: string,
  gift: z.output<typeof anyGift>,
  call: CallOptions,
): Promise<SentGiftReceipt> {
  const { giftId, quantity, roomId, recipientIds, comboId, expectedPrice } = gift;
  const answer = await gifting.call.sendGift(
    {
      id,
      giftId,
      quantity,
      roomId: roomId ?? undefined,
      recipientIds,
      comboId: comboId ?? undefined,
      expectedPrice: expectedPrice == null ? undefined : { currency: 'COIN', minor: expectedPrice },
    },
    call,
  );
  return presentReceipt(answer);
}
