/** What a client says first, as `auth` of Socket.IO's CONNECT. What is read of it, and how leniently: `socket/handshake.ts`. */
import { z } from 'zod';
import { PROTOCOL_VERSION } from '../socket/handshake.ts';
import { OFF_EXAMPLE } from './ack.ts';

export const handshakeAuth = z.object({
  v: z.literal(PROTOCOL_VERSION).optional().describe('The version of this protocol; without it, 1.'),
  token: z.string().optional().describe('The access token, as REST answers it.'),
  off: z.string().optional().describe('The newest `off` of the user’s own channel, to go on from there.'),
  tick: z.boolean().optional().describe('Whether to be told by `tick` how far quiet channels are.'),
  headers: z.object({ Authorization: z.string() }).optional().describe('Instead of `token`: how laravel-echo says it.'),
});

export const handshakeExamples: readonly z.output<typeof handshakeAuth>[] = [
  { v: PROTOCOL_VERSION, token: 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiI3In0.c2ln', off: OFF_EXAMPLE, tick: true },
  { headers: { Authorization: 'Bearer eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiI3In0.c2ln' } },
];
