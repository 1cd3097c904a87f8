import { roomChannel, userChannel } from '@fanfare/contracts';
import type { MemberBlocked } from '@fanfare/contracts/rooms/event/v1/rooms_events';
import { z } from 'zod';
import { id, idOf } from '../../present/scalars.ts';
import { defineEvent } from '../../protocol/event.ts';
import { beforeOf, type Revocation } from '../../revocations.ts';

export const memberBlocked = defineEvent({
  name: 'room.member_blocked',
  summary: 'Somebody was blocked, and put out of the room if they were in it.',
  on: ['room', 'user'],
  class: 'reliable',
  data: z.object({
    room_id: id,
    user_id: id,
    by_user_id: id,
    reason: z.string().nullable().describe('Null when none was given.'),
  }),
  examples: [{ room_id: 42, user_id: 7, by_user_id: 1, reason: 'spam' }],
});

export function showBlock({ roomId, userId, byUserId, reason }: MemberBlocked) {
  const data = { room_id: idOf(roomId), user_id: idOf(userId), by_user_id: idOf(byUserId), reason: reason || null };
  return [roomChannel(roomId), userChannel(userId)].map((channel) => memberBlocked.to(channel, data));
}

/** The stay that was going on. */
export const endOfStay = ({ roomId, userId, blockedAt }: MemberBlocked): Revocation => ({
  kind: 'room',
  roomId,
  userId,
  before: beforeOf(blockedAt),
});
