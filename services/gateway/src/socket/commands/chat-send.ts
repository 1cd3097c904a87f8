import { z } from 'zod';
import { present } from '../../http/call.ts';
import * as fields from '../../http/fields.ts';
import { presentMessage } from '../../present/room.ts';
import { defineCommand } from '../command.ts';

/** In UTF-16 units, far above the 500 graphemes that the rooms service counts. */
const TEXT_LENGTH_MOST = 8000;

export const chatSend = defineCommand({
  event: 'chat.send',
  payload: z.object({
    id: fields.exactText(1, 128),
    roomId: fields.id(),
    text: fields.exactText(1, TEXT_LENGTH_MOST),
  }),
  run: async ({ clients }, _session, payload, call) => {
    const { message } = await clients.rooms.call.sendChat(payload, call);
    return { data: present(message, presentMessage) };
  },
});
