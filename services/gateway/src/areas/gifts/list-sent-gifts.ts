import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { page, pageOf } from '../../present/page.ts';
import { defineRoute } from './clients.ts';
import { presentSentGift, sentGift } from './sent-gift.ts';

export const listSentGifts = defineRoute({
  method: 'GET',
  path: '/gifts/history',
  operationId: 'listSentGifts',
  summary: 'Gifts one has sent or received, newest first',
  access: 'user',
  query: z.object({
    ...fields.paging,
    direction: z.enum(['sent', 'received'], 'must be sent or received').default('sent'),
  }),
  answer: page(sentGift),
  run: async ({ clients, principal: { userId }, call }, { query: { direction, ...rest } }) => {
    const whose = direction === 'sent' ? { senderId: userId } : { recipientId: userId };
    const { gifts, nextCursor } = await clients.gifting.call.listSentGifts({ ...whose, ...rest }, call);
    return pageOf(gifts, nextCursor, presentSentGift);
  },
});

export const listRoomGifts = defineRoute({
  method: 'GET',
  path: '/rooms/:id/gifts',
  operationId: 'listRoomGifts',
  summary: 'Gifts sent in a room, newest first',
  access: 'user',
  params: fields.params.id,
  query: z.object(fields.paging),
  answer: page(sentGift),
  run: async ({ clients: { gifting, rooms }, call }, { params: { id: roomId }, query }) => {
    const [{ gifts, nextCursor }] = await Promise.all([
      gifting.call.listSentGifts({ roomId, ...query }, call),
      // Gifting knows no rooms, so that to it nothing was ever sent in one that does not exist.
      rooms.call.getRoom({ roomId }, call),
    ]);
    return pageOf(gifts, nextCursor, presentSentGift);
  },
});
