/** What a connection says of itself, past all channels. */
import { z } from 'zod';
import { socketError } from '../present/error.ts';
import { id } from '../present/scalars.ts';
import { PROTOCOL_VERSION } from '../socket/handshake.ts';
import { OFF_EXAMPLE, place } from './ack.ts';
import { closing } from './closing.ts';
import { type DataOf, defineEvent } from './event.ts';

export const ownEvents = [
  defineEvent({
    name: 'session',
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
  defineEvent({
    name: 'resync',
    summary: 'Something on this channel is gone: load by REST what is shown of it, and go on from here.',
    on: ['socket'],
    class: 'reliable',
    data: z.object({ ch: place.shape.ch, recovered: z.literal(false) }),
    examples: [{ ch: 'user.7', recovered: false }],
  }),
  defineEvent({
    name: 'tick',
    summary: 'Nothing was missed up to this `off`. Only for those that asked for it in the handshake.',
    on: ['socket'],
    class: 'reliable',
    data: z.null(),
    examples: [null],
  }),
  defineEvent({
    name: 'subscription_error',
    summary: 'For laravel-echo: a `subscribe` was refused. Its arguments are these, one by one.',
    on: ['socket'],
    class: 'reliable',
    placeless: true,
    data: z.tuple([
      z.string().describe('The channel as it was named.'),
      z.int().describe('What an authorization endpoint would have answered: 403 for a stranger.'),
      socketError,
    ]),
    examples: [
      [
        'private-room.42',
        403,
        {
          kind: 'failed_precondition',
          reason: 'NOT_A_PARTICIPANT',
          message: 'You are not a participant of room 42.',
          retryable: false,
          details: { roomId: 42 },
          requestId: '5f0c8a52-7d0e-4a7e-9f39-3f4f5f1c2b7d',
          errors: null,
        },
      ],
    ],
  }),
  defineEvent({
    name: 'closing',
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
];

type OwnEvent = (typeof ownEvents)[number];
export type OwnEventName = OwnEvent['name'];

/** The payload of one of them. */
export type OwnData<N extends OwnEventName> = DataOf<Extract<OwnEvent, { readonly name: N }>>;
