/** Which events of the bus end sessions: nobody is shown them, and they act through the revocations. */
import type { SessionRevoked, UserBanned } from '@fanfare/contracts/identity/event/v1/identity_events';
import { beforeOf, type Revocation } from '../../revocations.ts';

/** All sessions that a user has. */
export const endOfSessions = ({ userId, bannedAt }: UserBanned): Revocation => ({
  kind: 'user',
  userId,
  before: beforeOf(bannedAt),
});

export const endOfSession = ({ userId, sessionId, revokedAt }: SessionRevoked): Revocation => ({
  kind: 'session',
  userId,
  sessionId,
  before: beforeOf(revokedAt),
});
