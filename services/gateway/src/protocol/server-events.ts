/**
 * Every event that this server emits: where, of which class, with which payload. Tables and sessions are typed by it
 * (`emit.ts`), the SDK's types are compared with it, and the protocol document is made of it. Another event is another
 * entry here and a row in the README.
 */
import type { MessageClass } from '@fanfare/contracts';
import { z } from 'zod';
import { id, money, time } from '../http/answers.ts';
import { PROTOCOL_VERSION } from '../socket/handshake.ts';
import { OFF_EXAMPLE, place } from './ack.ts';
import { closing } from './closing.ts';
import { notification, notificationExamples } from './notifications.ts';

/** The kinds of channel a client listens to; `socket` is what a connection says of itself. */
export type Where = 'user' | 'room' | 'all' | 'socket';

export interface ServerEvent<D = unknown> {
  readonly summary: string;
  readonly on: readonly Where[];
  readonly class: MessageClass;
  /** It has no third argument: nobody goes on from there. */
  readonly placeless?: true;
  readonly data: z.ZodType<D>;
  readonly examples: readonly [D, ...D[]];
}

/** Keeps what is special about an entry, for the types. */
const event = <S extends z.ZodType, const W extends readonly Where[], const C extends MessageClass>(
  of: Omit<ServerEvent<z.output<S>>, 'data' | 'on' | 'class'> & { readonly on: W; readonly class: C; readonly data: S },
) => of;

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

/** What a connection says of itself. */
const ofSocket = {
  session: event({
    summary: 'The first event: the handshake is accepted, and the user’s own channel is open.',
    on: ['socket'],
    class: 'reliable',
    data: z.object({
      v: z.int().describe('The version of the protocol that is spoken.'),
      sessionId: z.string(),
      userId: id,
      ...place.shape,
      recovered: z.boolean().describe('Whether all that was missed since the handshake’s `off` follows.'),
    }),
    examples: [
      {
        v: PROTOCOL_VERSION,
        sessionId: '0199d2f4-1111-7cc1-9d3b-2f1e6a8b4c10',
        userId: 7,
        ch: 'user.7',
        off: OFF_EXAMPLE,
        recovered: false,
      },
    ],
  }),
  resync: event({
    summary: 'Something on this channel is gone: load by REST what is shown of it, and go on from here.',
    on: ['socket'],
    class: 'reliable',
    data: z.object({ ch: place.shape.ch, recovered: z.literal(false) }),
    examples: [{ ch: 'room.42', recovered: false }],
  }),
  tick: event({
    summary: 'Nothing was missed up to this `off`. Only for those that asked for it in the handshake.',
    on: ['socket'],
    class: 'reliable',
    data: z.null(),
    examples: [null],
  }),
  closing: event({
    summary: 'The last event: why the server ends the connection, and when to come back.',
    on: ['socket'],
    class: 'reliable',
    placeless: true,
    data: closing,
    examples: [
      { code: 4001, reason: 'DRAINING', retryAfterMs: 1200 },
      { code: 4502, reason: 'SESSION_REVOKED', retryAfterMs: null },
    ],
  }),
};

export const serverEvents = { ...ofAccount, ...ofRooms, ...ofSocket } as const satisfies Record<string, ServerEvent>;
