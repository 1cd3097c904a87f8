import type { Call } from '@fanfare/kit';
import { announce } from '@fanfare/messaging';
import type { Deps } from '../deps.ts';
import { type Grant, openSession } from '../sessions/open-session.ts';
import type { Device } from '../sessions/session-store.ts';
import { userRegistered } from './announcements.ts';
import type { Registration } from './credentials.ts';
import { insertUser, takenBy, whatIsTaken } from './user-store.ts';

export interface NewUser {
  readonly registration: Registration;
  readonly device: Device;
}

/** Makes an account and opens its first session. @throws USERNAME_TAKEN, EMAIL_TAKEN, PHONE_TAKEN */
export async function registerUser(deps: Deps, call: Call, { registration, device }: NewUser): Promise<Grant> {
  const taken = await whatIsTaken(deps.prisma, registration);
  if (taken !== null) throw taken;
  const passwordHash = await deps.passwords.hash(registration.password, call.remainingMs);
  const now = deps.clock.now();
  try {
    const grant = await deps.database.transaction(async (tx) => {
      const user = await insertUser(tx, registration, { passwordHash, roles: ['user'], now });
      const opened = await openSession(tx, user, { device, now, times: deps.times });
      await announce(tx, userRegistered(user, call));
      return opened;
    });
    deps.wakeRelay();
    deps.metrics.registered();
    return grant;
  } catch (error) {
    throw takenBy(error);
  }
}
