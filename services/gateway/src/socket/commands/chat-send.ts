import * as answers from '../../http/answers.ts';
import { present } from '../../http/call.ts';
import * as fields from '../../http/fields.ts';
import { presentMessage } from '../../present/room.ts';
import { defineCommand } from '../command.ts';

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
  ack: answers.message,
  refusals: ['ROOM_NOT_FOUND', 'ROOM_CLOSED', 'NOT_A_PARTICIPANT', 'ID_REUSED'],
  example: {
    payload: { id: '0199d2f4-5e7a-7cc1-9d3b-2f1e6a8b4c10', roomId: 42, text: 'hello' },
    data: {
      id: '0199d2f4-5e7a-7cc1-9d3b-2f1e6a8b4c10',
      roomId: 42,
      userId: 7,
      text: 'hello',
      sentAt: '2026-02-03T04:05:06.789Z',
    },
  },
  run: async ({ clients }, _session, payload, call) => {
    const { message } = await clients.rooms.call.sendChat(payload, call);
    return { data: present(message, presentMessage) };
  },
});
