import { present } from '../../http/call.ts';
import * as fields from '../../http/fields.ts';
import { presentMessage } from '../../present/room.ts';
import { defineCommand } from '../command.ts';

export const chatSend = defineCommand({
  event: 'chat.send',
  payload: fields.object({
    id: fields.exactText(1, 128, 'must be 1 to 128 printable ASCII characters'),
    roomId: fields.id(),
    text: fields.judgedText(4096),
  }),
  run: async ({ clients }, _session, payload, call) => {
    const { message } = await clients.rooms.call.sendChat(payload, call);
    return { data: present(message, presentMessage) };
  },
});
