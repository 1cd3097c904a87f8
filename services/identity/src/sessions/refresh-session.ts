import type { Sql } from '@fanfare/database';
import type { AppError, Call } from '@fanfare/kit';
import { announce } from '@fanfare/messaging';
import { sessionRevoked } from '../accounts/announcements.ts';
import { lockUsers, touchUser, type User } from '../accounts/user-store.ts';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import type { Grant } from './open-session.ts';
import { decideRefresh, type RefreshVerdict } from './refresh-rule.ts';
import { hashOfToken, newSalt, successorOf } from './refresh-token.ts';
import { type Device, ownerOfToken, readToken, revokeSession, rotateToken } from './session-store.ts';

interface Presented {
  readonly token: string;
  readonly hash: Buffer;
  readonly device: Device;
  readonly now: Date;
}

/** A session that ended because one of its replaced tokens was used. */
interface Reuse {
  readonly reused: string;
  readonly userId: bigint;
}

/** @throws INVALID_REFRESH_TOKEN, USER_BANNED */
export async function refreshSession(deps: Deps, token: string, device: Device, call: Call): Promise<Grant> {
  const presented: Presented = { token, hash: hashOfToken(token), device, now: deps.clock.now() };
  // Returned and not thrown, because the end of a family that was abused has to be committed.
  const outcome = await deps.database.transaction((tx) => exchange(tx, deps, presented, call));
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

type Outcome = Grant | AppError | Reuse;

async function exchange(tx: Sql, deps: Deps, presented: Presented, call: Call): Promise<Outcome> {
  const { device, hash, now } = presented;
  const owner = await ownerOfToken(tx, hash);
  if (owner === null) return errors.INVALID_REFRESH_TOKEN();
  // The user's row is what logins, bans and refreshes of all their sessions queue for; look again once it is ours.
  const user = (await lockUsers(tx, [owner.userId])).get(owner.userId);
  const stored = await readToken(tx, hash);
  if (user === undefined || stored === null) return errors.INVALID_REFRESH_TOKEN();
  if (user.bannedAt !== null) return errors.USER_BANNED();
  const how = { now, userAgent: device.userAgent, graceMs: deps.times.graceMs };
  const verdict = decideRefresh(stored.token, stored.family, how);
  return carryOut(tx, { verdict, user, sessionId: owner.sessionId, salt: stored.token.salt, presented, deps, call });
}

interface Decided {
  readonly verdict: RefreshVerdict;
  readonly user: User;
  readonly sessionId: string;
  readonly salt: Buffer | null;
  readonly presented: Presented;
  readonly deps: Deps;
  readonly call: Call;
}

async function carryOut(tx: Sql, decided: Decided): Promise<Outcome> {
  const { verdict, user, sessionId, salt, presented, deps, call } = decided;
  const { now, token } = presented;
  if (verdict === 'ended') return errors.INVALID_REFRESH_TOKEN();
  if (verdict === 'reuse') {
    const revoked = await revokeSession(tx, { id: sessionId, userId: user.id }, 'reuse', now);
    if (revoked !== null) await announce(tx, sessionRevoked(revoked, { cause: 'reuse', at: now }, call));
    return { reused: sessionId, userId: user.id };
  }
  const touched = await touchUser(tx, user.id, now);
  if (verdict === 'repeat' && salt !== null) {
    return { user: touched, sessionId, refreshToken: successorOf(token, salt) };
  }
  return { user: touched, sessionId, refreshToken: await replace(tx, sessionId, presented, deps) };
}

async function replace(tx: Sql, sessionId: string, presented: Presented, { times }: Deps): Promise<string> {
  const { token, hash, device, now } = presented;
  const salt = newSalt();
  const successor = successorOf(token, salt);
  await rotateToken(tx, {
    sessionId,
    from: hash,
    salt,
    to: hashOfToken(successor),
    device,
    now,
    expiresAt: new Date(now.getTime() + times.idleMs),
    forgetBefore: new Date(now.getTime() - times.idleMs),
  });
  return successor;
}
