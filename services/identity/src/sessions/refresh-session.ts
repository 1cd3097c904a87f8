import type { Sql } from '@fanfare/database';
import type { AppError, Call } from '@fanfare/kit';
import { announce } from '@fanfare/messaging';
import { lockUsers, touchUser } from '../accounts/user-store.ts';
import type { Deps, SessionTimes } from '../deps.ts';
import { errors } from '../errors.ts';
import { sessionRevoked } from './announcements.ts';
import type { Grant } from './open-session.ts';
import { decideRefresh } from './refresh-rule.ts';
import { hashOfToken, newSalt, successorOf } from './refresh-token.ts';
import { type Device, ownerOfToken, readToken, revokeSession, rotateToken, type TokenOwner } from './session-store.ts';

export interface Refresh {
  /** As its holder has it. */
  readonly token: string;
  readonly device: Device;
}

/** A session that ended because one of its replaced tokens was used. */
interface Reuse {
  readonly reused: string;
  readonly userId: bigint;
}

/** What becomes of a refresh. A refusal is returned and not thrown where something has to be committed. */
type Outcome = Grant | AppError | Reuse;

/** Exchanges a refresh token, which works once, for the next one. @throws INVALID_REFRESH_TOKEN, USER_BANNED */
export async function refreshSession(deps: Deps, call: Call, refresh: Refresh): Promise<Grant> {
  const outcome = await deps.database.transaction((tx) => exchange(tx, deps, call, refresh));
  if ('reused' in outcome) return refuseReuse(deps, outcome);
  deps.metrics.triedToRefresh(outcome instanceof Error ? outcome.reason : 'in');
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

/** The session has ended by now. Its holder learns no more than that the token is not good. */
function refuseReuse(deps: Deps, { reused, userId }: Reuse): never {
  deps.wakeRelay();
  deps.metrics.caughtReuse();
  deps.log.warn({ userId: String(userId), sessionId: reused }, 'a replaced refresh token was used: session revoked');
  const refusal = errors.INVALID_REFRESH_TOKEN();
  deps.metrics.triedToRefresh(refusal.reason);
  throw refusal;
}

async function exchange(tx: Sql, deps: Deps, call: Call, { token, device }: Refresh): Promise<Outcome> {
  const now = deps.clock.now();
  const hash = hashOfToken(token);
  const session = await ownerOfToken(tx, hash);
  if (session === null) return errors.INVALID_REFRESH_TOKEN();
  // The user's row is what logins, bans and refreshes of all their sessions queue for; look again once it is ours.
  const user = (await lockUsers(tx, [session.userId])).get(session.userId);
  const stored = await readToken(tx, hash);
  if (user === undefined || stored === null) return errors.INVALID_REFRESH_TOKEN();
  if (user.bannedAt !== null) return errors.USER_BANNED();
  const verdict = decideRefresh(stored.token, stored.family, {
    now,
    userAgent: device.userAgent,
    graceMs: deps.times.graceMs,
  });
  if (verdict === 'ended') return errors.INVALID_REFRESH_TOKEN();
  if (verdict === 'reuse') return endReused(tx, call, session, now);
  const earlierSalt = verdict === 'repeat' ? stored.token.salt : null;
  const salt = earlierSalt ?? newSalt();
  const refreshToken = successorOf(token, salt);
  if (earlierSalt === null) {
    const to = hashOfToken(refreshToken);
    await rotateToken(tx, {
      sessionId: session.sessionId,
      from: hash,
      salt,
      to,
      device,
      now,
      ...spanOf(deps.times, now),
    });
  }
  return { user: await touchUser(tx, user.id, now), sessionId: session.sessionId, refreshToken };
}

/** Ends a session of which somebody has two copies. */
async function endReused(tx: Sql, call: Call, { sessionId, userId }: TokenOwner, now: Date): Promise<Reuse> {
  const revoked = await revokeSession(tx, { id: sessionId, userId }, 'reuse', now);
  if (revoked !== null) await announce(tx, sessionRevoked(revoked, { cause: 'reuse', at: now }, call));
  return { reused: sessionId, userId };
}

const spanOf = ({ idleMs }: SessionTimes, now: Date) => ({
  expiresAt: new Date(now.getTime() + idleMs),
  forgetBefore: new Date(now.getTime() - idleMs),
});
