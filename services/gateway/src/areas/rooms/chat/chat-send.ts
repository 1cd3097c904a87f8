import * as fields from '../../../http/fields.ts';
import { present } from '../../../present/present.ts';
import { defineCommand } from '../clients.ts';
import { message, messageExample, presentMessage } from './chat-message.ts';

export const chatSend = defineCommand({
  event: 'chat.send',
  summary: 'Say something in a room. Safe to repeat under the same `id`: it is said once.',
  payload: fields.object({
    id: fields
      .exactText(1, 128, 'must be 1 to 128 printable ASCII characters')
      .describe('Of the client’s making, unique for its user: what it is said under, and repeated under.'),
    roomId: fields.id().describe('The room; its sender is a participant of it.'),
    text: fields.judgedText(4096).describe('1 to 500 characters as people count them, at most 4096 bytes.'),
  }),
  ack: message,
  refusals: ['ROOM_NOT_FOUND', 'ROOM_CLOSED', 'NOT_A_PARTICIPANT', 'ID_REUSED'],
  example: {
    payload: { id: '0199d2f4-5e7a-7cc1-9d3b-2f1e6a8b4c10', roomId: 42, text: 'hello' },
    data: messageExample,
  },
  run: async ({ clients }, _session, payload, call) => {
    const { message: said } = await clients.rooms.call.sendChat(payload, call);
    return { data: present(said, presentMessage) };
  },
});
