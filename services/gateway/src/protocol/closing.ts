/** `closing` and `connect_error.data`: what each code means, and what a range says of codes a client does not know. */
import { z } from 'zod';
import { CLOSE_CODES, type CloseReason, isTerminal } from '../socket/close-codes.ts';

const MEANINGS = {
  DRAINING: 'This gateway stops; others go on.',
  UNAVAILABLE: 'The gateway cannot reach what it needs right now.',
  SLOW_CONSUMER: 'The client left more unread than one connection may.',
  RATE_LIMITED: 'Too many refused handshakes from this address.',
  INTERNAL: 'A bug of ours.',
  TOKEN_EXPIRED: 'Come back with a fresh access token.',
  UNAUTHENTICATED: 'There was no token.',
  TOKEN_INVALID: 'The token is not one of ours.',
  SESSION_REVOKED: 'Logged out, or the refresh token was stolen.',
  USER_BANNED: 'The user is banned.',
  UNSUPPORTED_VERSION: 'The `v` of the handshake is none that this server speaks.',
  POLLING_WITHOUT_AFFINITY: 'The balancer sends requests of one long-polling client to several gateways.',
} satisfies Record<CloseReason, string>;

export const closeReasons = Object.keys(CLOSE_CODES) as [CloseReason, ...CloseReason[]];

export const closeCodes = closeReasons.map((reason) => ({
  code: CLOSE_CODES[reason],
  reason,
  meaning: MEANINGS[reason],
  comeBack: !isTerminal(reason),
}));

export const CLOSE_CODE_RANGES = [
  { from: 4000, to: 4499, comeBack: true, meaning: 'Come back after `retryAfterMs`, from where you were.' },
  { from: 4500, to: 4999, comeBack: false, meaning: 'Do not come back until something has changed.' },
] as const;

export const closing = z.object({
  code: z.int().min(4000).max(4999).describe('4000 to 4499: come back. 4500 to 4999: do not.'),
  reason: z.enum(closeReasons).describe('Later releases may have more: decide by the range of `code`.'),
  retryAfterMs: z.int().min(0).nullable().describe('Milliseconds until coming back is of use; null where it is not.'),
});
