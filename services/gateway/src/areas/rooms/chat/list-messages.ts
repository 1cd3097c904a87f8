import * as fields from '../../../http/fields.ts';
import { page, pageOf } from '../../../present/page.ts';
import { defineRoute } from '../clients.ts';
import { message, presentMessage } from './chat-message.ts';

export const listMessages = defineRoute({
  method: 'GET',
  path: '/rooms/:id/messages',
  operationId: 'listMessages',
  summary: 'The last 50 messages, oldest first: what one sees on entering',
  access: 'user',
  params: fields.params.id,
  answer: page(message),
  run: async ({ clients, call }, { params }) => {
    const { messages } = await clients.rooms.call.getSnapshot({ roomId: params.id }, call);
    return pageOf(messages, '', presentMessage);
  },
});
