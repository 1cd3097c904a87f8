import { roomChannel } from '@fanfare/contracts';
import { z } from 'zod';
import { errors } from '../../../errors.ts';
import * as fields from '../../../http/fields.ts';
import { id } from '../../../present/scalars.ts';
import { defineEvent } from '../../../protocol/event.ts';
import type { Session } from '../../../socket/session.ts';
import { defineCommand } from '../clients.ts';
import { isNewTyping, type Typing } from './typing.ts';

export const chatTyping = defineEvent({
  name: 'chat.typing',
  summary: 'Somebody is typing, or has stopped. Not repeated for 3 s is stopped too. Not to the socket that said so.',
  on: ['room'],
  class: 'conflate',
  passing: true,
  data: z.object({ room_id: id, user_id: id, is_typing: z.boolean() }),
  examples: [{ room_id: 42, user_id: 7, is_typing: true }],
});

/** What a room was last told of a socket. */
const told = new WeakMap<Session, Typing>();

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
    if (isNewTyping(told.get(session) ?? null, said)) {
      const { userId } = session.principal;
      const data = { room_id: Number(roomId), user_id: Number(userId), is_typing: isTyping };
      hub.tell(roomChannel(roomId), chatTyping.saying(data, { key: String(userId), except: session.socketId }));
      told.set(session, said);
    }
    return { data: null };
  },
});
