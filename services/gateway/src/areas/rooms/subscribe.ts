/**
 * laravel-echo's way to a channel: one's own (`private-user.7`), a room (`private-room.42`, for its participants) or
 * everybody's (`all`). Its events come as `(name, channel, data)` from then on.
 */
import { roomChannel } from '@fanfare/contracts';
import { type CallOptions, commonErrors } from '@fanfare/kit';
import { z } from 'zod';
import { errors } from '../../errors.ts';
import * as fields from '../../http/fields.ts';
import { channelOf, parseEchoName } from '../../socket/echo-channel.ts';
import { RoomListener } from '../../socket/listeners.ts';
import type { Session } from '../../socket/session.ts';
import { type Deps, defineCommand } from './clients.ts';
import { verifyRoomToken } from './room-token.ts';

export const NAME_LENGTH_MOST = 100;

/** Clients that repeat it after every reconnect repeat it on a live connection too: that changes nothing. */
export const subscribe = defineCommand({
  event: 'subscribe',
  summary: 'For laravel-echo: hear a channel in its dialect, `(name, channel, data)`. Safe to repeat.',
  payload: fields.object({
    channel: fields.exactText(1, NAME_LENGTH_MOST).describe('`private-user.7`, `private-room.42` or `all`.'),
    auth: z.unknown().optional().describe('Not read: the handshake has said who this is.'),
  }),
  ack: z.null(),
  refusals: ['UNKNOWN_CHANNEL', 'FORBIDDEN', 'NOT_A_PARTICIPANT'],
  example: {
    payload: { channel: 'private-room.42', auth: { headers: { Authorization: 'Bearer eyJhbGciOiJFZERTQSJ9' } } },
    data: null,
  },
  run: async (deps, session, { channel }, call) => {
    const wanted = parseEchoName(channel);
    if (wanted === null) throw errors.UNKNOWN_CHANNEL({ channel });
    if (wanted.kind === 'room') return session.inTurn(() => hearRoom(deps, session, wanted.id, call));
    if (wanted.kind === 'user' && wanted.id !== session.principal.userId) throw commonErrors.FORBIDDEN();
    session.hearInEcho(channelOf(wanted), true);
    return { data: null };
  },
  onRefused: (session, payload, refusal, error) => {
    const { channel } = Object(payload) as { readonly channel?: unknown };
    if (typeof channel !== 'string') return;
    // Echo's listeners compare the first argument with their channel and are given the second.
    session.emit('subscription_error', channel.slice(0, NAME_LENGTH_MOST), statusOf(refusal), error);
  },
});

/** What an authorization endpoint would have answered. */
const statusOf = ({ reason, httpStatus }: { readonly reason: string; readonly httpStatus: number }): number =>
  reason === 'NOT_A_PARTICIPANT' ? 403 : httpStatus;

/** Who is a participant the rooms service says, once nothing that happens afterwards can be missed. */
async function hearRoom(deps: Deps, session: Session, roomId: bigint, call: CallOptions) {
  const already = session.stay('echo');
  if (already?.roomId === roomId) return { data: null };
  const { userId } = session.principal;
  const channel = roomChannel(roomId);
  const membership = await deps.hub.join(channel, new RoomListener(session, channel, 'echo'), null);
  try {
    const { token } = await deps.clients.rooms.call.refreshRoomToken({ roomId }, call);
    const { since } = await verifyRoomToken(token, userId, deps.roomTokenSecrets, deps.clock);
    if (session.hasEnded()) throw commonErrors.UNAVAILABLE();
    // A block came after the answer was given, and found nobody in the room to put out.
    if (deps.revocations.isEvicted(roomId, userId, since)) throw commonErrors.FORBIDDEN();
    session.leaveRoom('echo');
    session.enterRoom('echo', { roomId, since, membership });
    await deps.presence.announce(roomId, userId);
    return { data: null, afterwards: () => session.begin(membership) };
  } catch (error) {
    membership.leave();
    throw error;
  }
}
