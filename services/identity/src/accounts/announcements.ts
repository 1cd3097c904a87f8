/** Events of accounts, made of their rows. */
import { events } from '@fanfare/contracts';
import { type Announcement, announcement } from '@fanfare/messaging';
import type { User } from './user-store.ts';

interface Cause {
  readonly correlationId: string;
}

const ofUser = (user: User, { correlationId }: Cause) => ({
  entityId: user.id,
  entityVersion: user.version,
  correlationId,
  tenantId: user.tenantId ?? undefined,
});

export const userRegistered = (user: User, cause: Cause): Announcement =>
  announcement(
    events.userRegistered,
    { userId: user.id, username: user.username, displayName: user.displayName, registeredAt: user.createdAt },
    ofUser(user, cause),
  );

export interface Decision {
  /** Undefined when the platform itself decided. */
  readonly byUserId: bigint | undefined;
  readonly reason: string;
  readonly at: Date;
}

export const userBanned = (user: User, { byUserId, reason, at }: Decision, cause: Cause): Announcement =>
  announcement(events.userBanned, { userId: user.id, byUserId, reason, bannedAt: at }, ofUser(user, cause));

export const userUnbanned = (user: User, { byUserId, reason, at }: Decision, cause: Cause): Announcement =>
  announcement(events.userUnbanned, { userId: user.id, byUserId, reason, unbannedAt: at }, ofUser(user, cause));
