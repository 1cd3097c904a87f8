/** A user as everybody sees them: the profile, and what gifting and rooms know. */
import type { GetTotalsResponse } from '@fanfare/contracts/gifting/v1/gifting_service';
import type { User as Profile } from '@fanfare/contracts/identity/v1/identity_service';
import type { GetUserRoomsResponse } from '@fanfare/contracts/rooms/v1/rooms_service';
import { AppError, type CallOptions } from '@fanfare/kit';
import { z } from 'zod';
import { id, idOf, idOrNull, money, moneyOf, time, timeOrNull } from '../../present/scalars.ts';
import type { ClientsOf } from '../../rpc-clients.ts';
import type { clients } from './clients.ts';

export const user = z
  .object({
    id,
    username: z.string(),
    displayName: z.string(),
    avatarUrl: z.string().nullable(),
    totalSpent: money.describe('Coins spent on gifts.'),
    totalReceived: money.describe('Diamonds earned by gifts.'),
    wealthLevel: z.int(),
    charmLevel: z.int(),
    vipLevel: z.int(),
    agencyId: id.nullable(),
    activeRoomId: id.nullable(),
    ownedRoomId: id.nullable(),
    lastActiveAt: time.nullable(),
  })
  .meta({ id: 'User' });

export type User = z.output<typeof user>;

/** What other services know about a user. */
interface UserFacts {
  readonly totals: GetTotalsResponse;
  readonly rooms: GetUserRoomsResponse;
}

const noFacts: UserFacts = { totals: { spent: undefined, received: undefined }, rooms: {} };

/** Levels are 0 and the agency null for whoever has none. */
const presentUser = (profile: Profile, { totals, rooms }: UserFacts): User => ({
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

/** Somebody who has given, received and joined nothing yet. */
export const presentNewUser = (profile: Profile): User => presentUser(profile, noFacts);

type Clients = ClientsOf<typeof clients>;

/** Logging in must not hang on services that it does not need. */
const PATIENCE_MS = 1000;

/** @throws what gifting and rooms refuse with */
export async function loadUser(asked: Clients, profile: Profile, call: CallOptions): Promise<User> {
  return presentUser(profile, await loadFacts(asked, profile.id, call));
}

/**
 * For the answer that carries the tokens: a session that was opened is handed over even while gifting or rooms is
 * away, with totals and rooms as for a new user. `GET /me` has the real ones later.
 */
export async function loadUserOrProfile(asked: Clients, profile: Profile, call: CallOptions): Promise<User> {
  try {
    return presentUser(profile, await loadFacts(asked, profile.id, { ...call, deadlineMs: PATIENCE_MS }));
  } catch (error) {
    if (error instanceof AppError && error.retryable) return presentNewUser(profile);
    throw error;
  }
}

async function loadFacts({ gifting, rooms }: Clients, userId: bigint, call: CallOptions): Promise<UserFacts> {
  const [totals, userRooms] = await Promise.all([
    gifting.call.getTotals({ userId }, call),
    rooms.call.getUserRooms({ userId }, call),
  ]);
  return { totals, rooms: userRooms };
}
