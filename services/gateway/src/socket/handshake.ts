/** The first thing a client says: who it is, which version it speaks, and where it wants to go on from. */
import { AppError, commonErrors } from '@fanfare/kit';
import { z } from 'zod';
import type { Authenticator, Principal } from '../authenticator.ts';
import { errors } from '../errors.ts';
import { type Closing, closingOf, isCloseReason } from './close-codes.ts';

export const PROTOCOL_VERSION = 1;

export interface Handshake {
  readonly principal: Principal;
  /** Of the user's own channel; not looked at yet. */
  readonly off: unknown;
  readonly wantsTicks: boolean;
}

/** `headers` is how laravel-echo sends its token. */
const auth = z
  .object({
    v: z.unknown().optional(),
    token: z.string().optional().catch(undefined),
    headers: z.object({ Authorization: z.string() }).optional().catch(undefined),
    off: z.unknown().optional(),
    tick: z.boolean().catch(false),
  })
  .catch({ v: undefined, off: undefined, tick: false });

/** @throws UNSUPPORTED_VERSION, UNAUTHENTICATED without a token, and what the authenticator refuses with */
export async function shakeHands(said: unknown, authenticator: Pick<Authenticator, 'verify'>): Promise<Handshake> {
  const { v, token, headers, off, tick } = auth.parse(said);
  // Clients without the field send null for it.
  if (v != null && v !== PROTOCOL_VERSION) {
    throw errors.UNSUPPORTED_VERSION({ supported: String(PROTOCOL_VERSION) });
  }
  const bearer = token ?? /^Bearer (.+)$/i.exec(headers?.Authorization ?? '')?.[1];
  if (bearer === undefined || bearer === '') throw commonErrors.UNAUTHENTICATED();
  return { principal: await authenticator.verify(bearer), off, wantsTicks: tick };
}

const RETRY_MS = 1000;

/** A refused handshake, as `connect_error.data` says it. Spread out, so that the refused do not return together. */
export function closingFor(error: unknown): Closing {
  const reason = error instanceof AppError ? error.reason : 'INTERNAL';
  const known = isCloseReason(reason) ? reason : 'UNAVAILABLE';
  if (known === 'TOKEN_EXPIRED') return closingOf(known, 0);
  const told = error instanceof AppError ? Number(error.details['retryAfterMs']) : Number.NaN;
  return closingOf(known, Number.isFinite(told) ? told : RETRY_MS * (1 + Math.random()));
}
