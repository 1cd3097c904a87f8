/**
 * Every event that this server emits: where, of which class, with which payload. Tables and sessions are typed by it
 * (`emit.ts`), and the protocol document is made of it. Another event is another entry here and a row in the README.
 */
import { z } from 'zod';
import { id, money, time } from '../http/answers.ts';
import { event, type ServerEvent } from './event.ts';
import { notification, notificationExamples } from './notifications.ts';
import { ownEvents } from './own-events.ts';

const at = '2026-02-03T04:05:06.789Z';

const ofAccount = {
  'balance.updated': event({
    summary: 'What the user can spend now (balance minus holds), of all three.',
    on: ['user'],
    class: 'reliable',
    data: z.object({
      coins: money.describe('Decimal text with two places.'),
      diamonds: money,
      points: money,
    }),
    examples: [{ coins: '800.00', diamonds: '0.00', points: '0.10' }],
  }),
  notification: event({
    summary: 'What happened to the user’s points, told apart by `type`. Later releases have more types.',
    on: ['user'],
    class: 'reliable',
    data: notification,
    examples: notificationExamples,
  }),
};

const ofRooms = {
  'gift.sent': event({
    summary: 'A gift was paid for: show it. In a room it goes to the room, else to sender and recipients.',
    on: ['room', 'user'],
    class: 'reliable',
    data: z.object({
      id: z.string().describe('Of its sender’s making: unique together with `sender_id`.'),
      room_id: id.nullable(),
      sender_id: id,
      recipient_ids: z.array(id),
      gift_id: id,
      quantity: z.int().describe('Pieces for each recipient.'),
      price: money.describe('Coins for one piece.'),
      total_cost: money.describe('Coins: price x quantity x recipients.'),
      combo_id: z.string().nullable(),
      combo_count: z.int().describe('Which of its combo this is, from 1.'),
      sent_at: time,
    }),
    examples: [
      {
        id: '0199d2f4-5e7a-7cc1-9d3b-2f1e6a8b4c11',
        room_id: 42,
        sender_id: 7,
        recipient_ids: [8],
        gift_id: 3,
        quantity: 2,
        price: '100.00',
        total_cost: '200.00',
        combo_id: 'combo-1',
        combo_count: 1,
        sent_at: at,
      },
    ],
  }),
  'chat.message': event({
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
    examples: [{ id: '0199d2f4-5e7a-7cc1-9d3b-2f1e6a8b4c10', room_id: 42, user_id: 7, text: 'hello', sent_at: at }],
  }),
  'chat.typing': event({
    summary: 'Somebody is typing, or has stopped. Not repeated for 3 s is stopped too. Not to the socket that said so.',
    on: ['room'],
    class: 'conflate',
    passing: true,
    data: z.object({ room_id: id, user_id: id, is_typing: z.boolean() }),
    examples: [{ room_id: 42, user_id: 7, is_typing: true }],
  }),
  'chat.seen': event({
    summary: 'The user has read the room’s chat up to this message, on another device.',
    on: ['user'],
    class: 'conflate',
    data: z.object({
      room_id: id,
      user_id: id.describe('Whose message it is.'),
      id: z.string().describe('The message’s.'),
    }),
    examples: [{ room_id: 42, user_id: 8, id: '0199d2f4-5e7a-7cc1-9d3b-2f1e6a8b4c10' }],
  }),
  'room.participant_count': event({
    summary: 'How many are in the room now.',
    on: ['room'],
    class: 'conflate',
    data: z.object({ room_id: id, count: z.int().min(0) }),
    examples: [{ room_id: 42, count: 17 }],
  }),
  'room.member_blocked': event({
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
  }),
  'room.closed': event({
    summary: 'The room is over; nothing follows on its channel.',
    on: ['room'],
    class: 'reliable',
    data: z.object({ room_id: id }),
    examples: [{ room_id: 42 }],
  }),
  'room.left': event({
    summary: 'The user left the room by another way than this socket, which is taken out of it.',
    on: ['user'],
    class: 'reliable',
    data: z.object({ room_id: id, cause: z.string().describe('left, moved or away.'), left_at: time }),
    examples: [{ room_id: 42, cause: 'moved', left_at: at }],
  }),
};

export const serverEvents = { ...ofAccount, ...ofRooms, ...ownEvents } as const satisfies Record<string, ServerEvent>;
