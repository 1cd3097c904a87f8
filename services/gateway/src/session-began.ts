/** UUIDv7: 48 bits of ms since 1970, then the version. */
const TIMED = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * When a session began, in ms since 1970. A token's own time has whole seconds, which would put a session that was opened right
 * after the end of a ban before it. An id that tells no time leaves the token's.
 */
export function sessionBegan(sessionId: string, issuedAt: number): number {
  const [, high, low] = TIMED.exec(sessionId) ?? [];
  return high === undefined || low === undefined ? issuedAt : Number.parseInt(high + low, 16);
}
