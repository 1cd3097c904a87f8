import { userChannel } from '@fanfare/contracts';
import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import type { KnownMessage } from '../../protocol/emit.ts';
import { defineCommand } from '../command.ts';

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
  run: async ({ hub }, session, { roomId, userId, id }) => {
    await hub.publish(userChannel(session.principal.userId), {
      name: 'chat.seen',
      class: 'conflate',
      data: { room_id: Number(roomId), user_id: Number(userId), id },
      key: String(roomId),
      except: session.socketId,
    } satisfies KnownMessage<'chat.seen'>);
    return { data: null };
  },
});
