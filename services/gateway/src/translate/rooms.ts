import { roomChannel, userChannel } from '@fanfare/contracts';
import { idOf, timeOf } from '../present/scalars.ts';
import type { KnownEmit } from '../protocol/emit.ts';
import { silent, type Table } from './table.ts';

/** Causes whose own event tells the user: `room.member_blocked`, `room.closed`. */
const TOLD_OTHERWISE = ['blocked', 'closed'];

export const rooms = {
  roomCreated: silent,
  roomClosed: ({ roomId }) => [
    { channel: roomChannel(roomId), name: 'room.closed', class: 'reliable', data: { room_id: idOf(roomId) } },
  ],
  participantJoined: silent,
  /** To the sockets that the user still has in the room; gateways take these out of its channel with it. */
  participantLeft: ({ roomId, userId, cause, leftAt }) => {
    if (TOLD_OTHERWISE.includes(cause)) return [];
    const data = { room_id: idOf(roomId), cause, left_at: timeOf(leftAt) };
    return [{ channel: userChannel(userId), name: 'room.left', class: 'reliable', room: idOf(roomId), data }];
  },
  participantsCounted: ({ roomId, count }) => [
    {
      channel: roomChannel(roomId),
      name: 'room.participant_count',
      class: 'conflate',
      data: { room_id: idOf(roomId), count },
    },
  ],
  memberBlocked: ({ roomId, userId, byUserId, reason }) => {
    const data = { room_id: idOf(roomId), user_id: idOf(userId), by_user_id: idOf(byUserId), reason: reason || null };
    const channels = [roomChannel(roomId), userChannel(userId)];
    return channels.map(
      (channel): KnownEmit<'room.member_blocked'> => ({
        channel,
        name: 'room.member_blocked',
        class: 'reliable',
        data,
      }),
    );
  },
  memberUnblocked: silent,
  chatPosted: ({ id, roomId, userId, text, sentAt }) => [
    {
      channel: roomChannel(roomId),
      name: 'chat.message',
      class: 'reliable',
      data: { id, room_id: idOf(roomId), user_id: idOf(userId), text, sent_at: timeOf(sentAt) },
    },
  ],
} satisfies Partial<Table>;
