import { roomChannel } from '@fanfare/contracts';
import { z } from 'zod';
import { errors } from '../../errors.ts';
import * as fields from '../../http/fields.ts';
import type { KnownMessage } from '../../protocol/emit.ts';
import { defineCommand } from '../command.ts';
import { isNewTyping } from '../typing.ts';

/** Passes by the stream: nobody wants to hear of it later. */
export const chatType = defineCommand({
  event: 'chat.type',
  summary: 'Tell the room that one is typing, or has stopped. Say it every second or two while it lasts.',
  payload: fields.object({
    roomId: fields.id().describe('The room this socket is in.'),
    isTyping: z.boolean('must be true or false'),
  }),
  ack: z.null(),
  refusals: ['NOT_IN_ROOM'],
  example: { payload: { roomId: 42, isTyping: true }, data: null },
  run: async ({ hub, clock }, session, { roomId, isTyping }) => {
    if (!session.isInRoom(roomId)) throw errors.NOT_IN_ROOM({ roomId: String(roomId) });
    const said = { roomId, isTyping, at: clock.monotonic() };
    if (isNewTyping(session.typing, said)) {
      const { userId } = session.principal;
      hub.tell(roomChannel(roomId), {
        name: 'chat.typing',
        class: 'conflate',
        data: { room_id: Number(roomId), user_id: Number(userId), is_typing: isTyping },
        key: String(userId),
        except: session.socketId,
      } satisfies KnownMessage<'chat.typing'>);
      session.typing = said;
    }
    return { data: null };
  },
});
