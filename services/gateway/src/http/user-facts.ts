import type { User } from '@fanfare/client/objects';
import type { User as Profile } from '@fanfare/contracts/identity/v1/identity_service';
import { AppError, type CallOptions } from '@fanfare/kit';
import { noFacts, presentUser, type UserFacts } from '../present/user.ts';
import type { Clients } from '../rpc-clients.ts';

/** Logging in must not hang on services that it does not need. */
const PATIENCE_MS = 1000;

/** A user as everybody sees them: the profile, and what gifting and rooms know. */
export async function loadUser(clients: Clients, profile: Profile, call: CallOptions): Promise<User> {
  return presentUser(profile, await loadFacts(clients, profile.id, call));
}

/**
 * For the answer that carries the tokens: a session that was opened is handed over even while gifting or rooms is
 * away, with totals and rooms as for a new user. `GET /me` has the real ones later.
 */
export async function loadUserOrProfile(clients: Clients, profile: Profile, call: CallOptions): Promise<User> {
  try {
    return presentUser(profile, await loadFacts(clients, profile.id, { ...call, deadlineMs: PATIENCE_MS }));
  } catch (error) {
    if (error instanceof AppError && error.retryable) return presentUser(profile, noFacts);
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
