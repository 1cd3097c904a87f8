import type { Session, User } from '@fanfare/client/objects';
import type { GetTotalsResponse } from '@fanfare/contracts/gifting/v1/gifting_service';
import type { Session as IdentitySession, User as Profile } from '@fanfare/contracts/identity/v1/identity_service';
import type { GetUserRoomsResponse } from '@fanfare/contracts/rooms/v1/rooms_service';
import { idOf, idOrNull, moneyOf, timeOrNull } from './scalars.ts';

/** What other services know about a user. */
export interface UserFacts {
  readonly totals: GetTotalsResponse;
  readonly rooms: GetUserRoomsResponse;
}

/** Somebody who has done nothing yet. */
export const noFacts: UserFacts = { totals: { spent: undefined, received: undefined }, rooms: {} };

/** Levels are 0 and the agency null for whoever has none. */
export const presentUser = (profile: Profile, { totals, rooms }: UserFacts): User => ({
  id: idOf(profile.id),
  username: profile.username,
  displayName: profile.displayName,
  avatarUrl: profile.avatarUrl ?? null,
  totalSpent: moneyOf(totals.spent),
  totalReceived: moneyOf(totals.received),
  wealthLevel: 0,
  charmLevel: 0,
  vipLevel: 0,
  agencyId: null,
  activeRoomId: idOrNull(rooms.activeRoomId),
  ownedRoomId: idOrNull(rooms.ownedRoomId),
  lastActiveAt: timeOrNull(profile.lastActiveAt),
});

export const presentSession = (session: IdentitySession, user: User): Session => ({
  user,
  accessToken: session.accessToken,
  refreshToken: session.refreshToken,
  expiresIn: session.expiresInSeconds,
});
