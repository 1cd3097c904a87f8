import * as fields from '../../http/fields.ts';
import { defineRoute } from './clients.ts';
import { anyGift, roomGift, send } from './sending.ts';
import { sentGiftReceipt } from './sent-gift.ts';

export const sendGift = defineRoute({
  method: 'POST',
  path: '/gifts/send',
  operationId: 'sendGift',
  summary: 'Send a gift to users, directly or in a room',
  access: 'user',
  movesMoney: true,
  body: anyGift,
  answer: sentGiftReceipt,
  status: 201,
  run: (context, { body }) => send(context, context.commandId, body, context.call),
});

export const sendGiftInRoom = defineRoute({
  method: 'POST',
  path: '/rooms/:id/gifts',
  operationId: 'sendGiftInRoom',
  summary: 'Send a gift in a room',
  access: 'user',
  movesMoney: true,
  params: fields.params.id,
  body: roomGift,
  answer: sentGiftReceipt,
  status: 201,
  run: (context, { params, body }) => send(context, context.commandId, { ...body, roomId: params.id }, context.call),
});
