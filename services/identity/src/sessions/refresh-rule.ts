/** What a presented refresh token leads to. Its session is locked, so nothing changes between look and deed. */

export interface PresentedToken {
  /** Null for the session's current token. */
  readonly replacedAt: Date | null;
  /** True for the token replaced last, whose successor is still the current one. */
  readonly replacedLast: boolean;
}

export interface TokenFamily {
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  /** Of the device that refreshed (or logged in) last. */
  readonly userAgent: string;
}

/**
 * - `rotate`: the current token; it is replaced by a new one.
 * - `repeat`: the same device sent the last request again (two tabs at once, an answer lost on the way) within the
 *   grace time; it gets the very successor that was handed out, so the family stays one line with one current token.
 * - `reuse`: a replaced token by anybody else or later; one of its two holders is a thief, the family ends.
 * - `ended`: the session was revoked or has expired.
 */
export type RefreshVerdict = 'rotate' | 'repeat' | 'reuse' | 'ended';

export function decideRefresh(
  token: PresentedToken,
  family: TokenFamily,
  presented: { readonly now: Date; readonly userAgent: string; readonly graceMs: number },
): RefreshVerdict {
  const now = presented.now.getTime();
  if (family.revokedAt !== null || family.expiresAt.getTime() <= now) return 'ended';
  if (token.replacedAt === null) return 'rotate';
  const inGrace = now - token.replacedAt.getTime() < presented.graceMs;
  const sameDevice = family.userAgent === presented.userAgent;
  return token.replacedLast && inGrace && sameDevice ? 'repeat' : 'reuse';
}
