import { userChannel } from '@fanfare/contracts';
import { z } from 'zod';
import * as fields from '../../../http/fields.ts';
import { id } from '../../../present/scalars.ts';
import { defineEvent } from '../../../protocol/event.ts';
import { defineCommand } from '../clients.ts';

export const chatSeen = defineEvent({
  name: 'chat.seen',
  summary: 'The user has read the room’s chat up to this message, on another device.',
  on: ['user'],
  class: 'conflate',
  data: z.object({
    room_id: id,
    user_id: id.describe('Whose message it is.'),
    id: z.string().describe('The message’s.'),
  }),
  examples: [{ room_id: 42, user_id: 8, id: '0199d2f4-5e7a-7cc1-9d3b-2f1e6a8b4c10' }],
});

/** For one's other devices, also those that are reconnecting: it goes through the stream. */
export const chatSee = defineCommand({
  event: 'chat.see',
  summary: 'Tell one’s other devices how far one has read a room’s chat.',
  payload: fields.object({
    roomId: fields.id(),
    userId: fields.id().describe('Whose message it is.'),
    id: fields.exactText(1, 128, 'must be the id of a message').describe('The message’s.'),
  }),
  ack: z.null(),
  refusals: [],
  example: { payload: { roomId: 42, userId: 8, id: '0199d2f4-5e7a-7cc1-9d3b-2f1e6a8b4c10' }, data: null },
  run: async ({ hub }, session, { roomId, userId, id: messageId }) => {
    const data = { room_id: Number(roomId), user_id: Number(userId), id: messageId };
    const seen = chatSeen.saying(data, { key: String(roomId), except: session.socketId });
    await hub.publish(userChannel(session.principal.userId), seen);
    return { data: null };
  },
});
