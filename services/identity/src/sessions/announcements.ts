/** Events of sessions, made of their rows. */
import { events } from '@fanfare/contracts';
import type { Call } from '@fanfare/kit';
import { type Announcement, announcement } from '@fanfare/messaging';
import type { RevocationCause, RevokedSession } from './session-store.ts';

export const sessionRevoked = (
  session: RevokedSession,
  because: { readonly cause: RevocationCause; readonly at: Date },
  { correlationId }: Pick<Call, 'correlationId'>,
): Announcement =>
  announcement(
    events.sessionRevoked,
    { userId: session.userId, sessionId: session.id, cause: because.cause, revokedAt: because.at },
    { entityId: session.id, entityVersion: session.version, correlationId },
  );
