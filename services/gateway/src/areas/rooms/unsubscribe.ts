import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { channelOf, parseEchoName } from '../../socket/echo-channel.ts';
import { defineCommand } from './clients.ts';
import { NAME_LENGTH_MOST } from './subscribe.ts';

/**
 * The end of a `subscribe`. A page that is left does it for every channel, so it takes nobody out of a room: that is
 * as if the socket had gone.
 */
export const unsubscribe = defineCommand({
  event: 'unsubscribe',
  summary: 'For laravel-echo: hear a channel in its dialect no more. Its user stays in the room. Safe to repeat.',
  payload: fields.object({ channel: fields.exactText(1, NAME_LENGTH_MOST), auth: z.unknown().optional() }),
  ack: z.null(),
  refusals: [],
  example: { payload: { channel: 'private-room.42' }, data: null },
  run: async (_deps, session, { channel }) => {
    const unwanted = parseEchoName(channel);
    if (unwanted?.kind === 'room') {
      await session.inTurn(async () => {
        if (session.stay('echo')?.roomId === unwanted.id) session.leaveRoom('echo');
      });
    } else if (unwanted !== null) {
      session.hearInEcho(channelOf(unwanted), false);
    }
    return { data: null };
  },
});
