/** When to try again. `random` is a number from 0 to 1; it spreads clients that were cut off together. */

const FIRST_MS = 250;
const MOST_MS = 15_000;
/** A node that dies cuts off all of its clients at once: 10,000 of them return at 10,000 a second, not at 80,000. */
const SPREAD_MS = 1000;

/** 250, 500, 1000, 2000, 4000, 8000, 15000, 15000, ... milliseconds, each times 0.5 to 1. */
export function backoffMs(attempt: number, random: number): number {
  return Math.min(FIRST_MS * 2 ** attempt, MOST_MS) * (0.5 + random / 2);
}

/** What the server says before it ends a connection, or with a refused handshake. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
  readonly retryAfterMs?: number | null;
}

/**
 * Milliseconds until the next connection, or null when there must be none: 4500 to 4999 end it for good. 4000 to 4499
 * ask to come back after `retryAfterMs`, to which up to half is added. Without a word, 0 to 1 s at first, then back off.
 */
export function reconnectInMs(closing: Closing | null, attempt: number, random: number): number | null {
  if (closing === null) return attempt === 0 ? SPREAD_MS * random : backoffMs(attempt, random);
  if (closing.code >= 4500) return null;
  const { retryAfterMs = null } = closing;
  if (retryAfterMs === null) return backoffMs(attempt, random);
  // A server that refuses again and again is left alone for longer and longer.
  return Math.max(retryAfterMs * (1 + random / 2), attempt === 0 ? 0 : backoffMs(attempt, random));
}
