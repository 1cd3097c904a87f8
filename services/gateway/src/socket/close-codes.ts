/**
 * Why a connection ends, as told by `closing` before it does and by `connect_error.data` when it never begins. The
 * range tells a client that does not know the code what to do: 4000-4499 come back (after `retryAfterMs`), 4500-4999
 * do not, until something has changed.
 */
export const CLOSE_CODES = {
  /** This gateway stops; others go on. */
  DRAINING: 4001,
  /** The gateway cannot reach the bus right now. */
  UNAVAILABLE: 4002,
  /** The client read more slowly than its events came, up to the connection's byte cap. */
  SLOW_CONSUMER: 4003,
  RATE_LIMITED: 4004,
  INTERNAL: 4005,
  /** Come back with a fresh access token. */
  TOKEN_EXPIRED: 4100,
  UNAUTHENTICATED: 4500,
  TOKEN_INVALID: 4501,
  SESSION_REVOKED: 4502,
  USER_BANNED: 4503,
  UNSUPPORTED_VERSION: 4510,
  /** Requests of one long-polling client reach several gateways. */
  POLLING_WITHOUT_AFFINITY: 4511,
} as const;

export type CloseReason = keyof typeof CLOSE_CODES;

/** The payload of `closing` and of `connect_error.data`. */
export interface Closing {
  readonly code: number;
  readonly reason: CloseReason;
  /** When to come back; null where coming back is of no use. */
  readonly retryAfterMs: number | null;
}

const FIRST_TERMINAL = 4500;

export const isTerminal = (reason: CloseReason): boolean => CLOSE_CODES[reason] >= FIRST_TERMINAL;

export const closingOf = (reason: CloseReason, retryAfterMs: number): Closing => ({
  code: CLOSE_CODES[reason],
  reason,
  retryAfterMs: isTerminal(reason) ? null : Math.round(retryAfterMs),
});

export const isCloseReason = (reason: string): reason is CloseReason => Object.hasOwn(CLOSE_CODES, reason);
