/** What was said in a room: as REST and acks answer it, and as the event by which it is heard. */
import { roomChannel } from '@fanfare/contracts';
import type { ChatPosted } from '@fanfare/contracts/rooms/event/v1/rooms_events';
import type { ChatMessage as ChatMessageRecord } from '@fanfare/contracts/rooms/v1/rooms_service';
import { z } from 'zod';
import { id, idOf, time, timeOf } from '../../../present/scalars.ts';
import { defineEvent } from '../../../protocol/event.ts';

export const message = z
  .object({ id: z.string(), roomId: id, userId: id, text: z.string(), sentAt: time })
  .meta({ id: 'ChatMessage' });

export const presentMessage = (record: ChatMessageRecord): z.output<typeof message> => ({
  id: record.id,
  roomId: idOf(record.roomId),
  userId: idOf(record.userId),
  text: record.text,
  sentAt: timeOf(record.sentAt),
});

export const messageExample: z.output<typeof message> = {
  id: '0199d2f4-5e7a-7cc1-9d3b-2f1e6a8b4c10',
  roomId: 42,
  userId: 7,
  text: 'hello',
  sentAt: '2026-02-03T04:05:06.789Z',
};

export const chatMessage = defineEvent({
  name: 'chat.message',
  summary: 'Somebody said something.',
  on: ['room'],
  class: 'reliable',
  data: z.object({
    id: z.string().describe('Of its sender’s making: unique together with `user_id`.'),
    room_id: id,
    user_id: id,
    text: z.string(),
    sent_at: time,
  }),
  examples: [
    {
      id: '0199d2f4-5e7a-7cc1-9d3b-2f1e6a8b4c10',
      room_id: 42,
      user_id: 7,
      text: 'hello',
      sent_at: '2026-02-03T04:05:06.789Z',
    },
  ],
});

export const showMessage = ({ id: messageId, roomId, userId, text, sentAt }: ChatPosted) => [
  chatMessage.to(roomChannel(roomId), {
    id: messageId,
    room_id: idOf(roomId),
    user_id: idOf(userId),
    text,
    sent_at: timeOf(sentAt),
  }),
];
