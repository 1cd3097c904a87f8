import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { presentReceipt } from '../../present/gift.ts';
import { defineCommand } from '../command.ts';

export const giftSend = defineCommand({
  event: 'gift.send',
  payload: z.object({
    id: fields.exactText(1, 128),
    roomId: fields.id().nullish(),
    giftId: fields.id(),
    quantity: fields.integer(1, 9999),
    recipientIds: z
      .array(fields.id(), 'must be a list of ids')
      .min(1, 'must name 1 to 50')
      .max(50, 'must name 1 to 50'),
    comboId: fields.exactText(1, 128).nullish(),
    expectedPrice: fields.amount().nullish(),
  }),
  run: async ({ clients }, _session, { roomId, comboId, expectedPrice, ...gift }, call) => {
    const receipt = await clients.gifting.call.sendGift(
      {
        ...gift,
        roomId: roomId ?? undefined,
        comboId: comboId ?? undefined,
        expectedPrice: expectedPrice == null ? undefined : { currency: 'COIN', minor: expectedPrice },
      },
      call,
    );
    return { data: presentReceipt(receipt) };
  },
});
