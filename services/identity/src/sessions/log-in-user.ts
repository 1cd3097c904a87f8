/**
 * Login. The password is checked without a lock, many at a time; what it was worth is decided afterwards with the
 * throttles locked, one attempt after the other. A thousand guesses sent at once therefore learn no more than the same
 * guesses one by one: all but the first few meet the lock, right or wrong.
 */
import type { Sql } from '@fanfare/database';
import type { AppError, Call } from '@fanfare/kit';
import type { LoginAttempt } from '../accounts/credentials.ts';
import { findByIdentifier, lockUsers, touchUser } from '../accounts/user-store.ts';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import { lockedForSeconds, type Throttle } from '../throttle/throttle.ts';
import {
  countFailure,
  forgetFailures,
  lockThrottles,
  openThrottles,
  readThrottles,
  type ThrottleKeys,
  throttleKeys,
} from '../throttle/throttle-store.ts';
import { type Grant, openSession } from './open-session.ts';
import type { Device } from './session-store.ts';

export interface Login {
  readonly attempt: LoginAttempt;
  readonly device: Device;
}

/**
 * Opens a session for whoever knows the password.
 * @throws TOO_MANY_ATTEMPTS, INVALID_CREDENTIALS, and USER_BANNED after a correct password only
 */
export async function logInUser(deps: Deps, call: Call, { attempt, device }: Login): Promise<Grant> {
  const keys = throttleKeys(attempt.identifier, device.ip);
  const locked = lockedOut(await readThrottles(deps.database, keys), deps.clock.now());
  if (locked !== null) {
    deps.metrics.triedToLogIn(locked.reason);
    throw locked;
  }
  const user = await findByIdentifier(deps.prisma, attempt.identifier);
  const right = await deps.passwords.verify(user?.passwordHash ?? null, attempt.password, call.remainingMs);
  const now = deps.clock.now();
  // A refusal is returned and not thrown: the count of failures has to be committed.
  const outcome = await deps.database.transaction<Grant | AppError>((tx) =>
    user !== null && right ? admit(tx, { deps, keys, device, now, userId: user.id }) : turnAway(tx, keys, now),
  );
  deps.metrics.triedToLogIn(outcome instanceof Error ? outcome.reason : 'in');
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

function lockedOut(throttles: readonly Throttle[], now: Date): AppError | null {
  const seconds = lockedForSeconds(throttles, now);
  return seconds === 0 ? null : errors.TOO_MANY_ATTEMPTS({ retryAfterSeconds: String(seconds) });
}

async function turnAway(tx: Sql, keys: ThrottleKeys, now: Date): Promise<AppError> {
  await openThrottles(tx, keys, now);
  const locked = lockedOut(await lockThrottles(tx, keys), now);
  if (locked !== null) return locked;
  await countFailure(tx, keys, now);
  return errors.INVALID_CREDENTIALS();
}

interface Admission {
  readonly deps: Deps;
  readonly keys: ThrottleKeys;
  readonly device: Device;
  readonly now: Date;
  readonly userId: bigint;
}

async function admit(tx: Sql, { deps, keys, device, now, userId }: Admission): Promise<Grant | AppError> {
  const locked = lockedOut(await lockThrottles(tx, keys), now);
  if (locked !== null) return locked;
  await forgetFailures(tx, keys);
  const user = (await lockUsers(tx, [userId])).get(userId);
  if (user === undefined) return errors.INVALID_CREDENTIALS();
  if (user.bannedAt !== null) return errors.USER_BANNED();
  return openSession(tx, await touchUser(tx, userId, now), { device, now, times: deps.times });
}
