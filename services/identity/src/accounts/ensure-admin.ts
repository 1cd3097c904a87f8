import { recordAudit } from '@fanfare/database';
import { AppError, type Call, newId, type Secret, systemCaller } from '@fanfare/kit';
import { announce } from '@fanfare/messaging';
import type { Deps } from '../deps.ts';
import { userRegistered } from './announcements.ts';
import { parseRegistration, type Registration } from './credentials.ts';
import { wholeRoles } from './roles.ts';
import { findByIdentifier, insertUser, lockUsers, setUserRoles, takenBy, type User } from './user-store.ts';

export interface AdminAccount {
  readonly username: string;
  readonly email: string;
  readonly password: Secret;
}

type AdminDeps = Pick<Deps, 'clock' | 'database' | 'log' | 'passwords' | 'prisma'>;

/**
 * Makes sure that the configured administrator exists. The account is made when it does not; one that exists keeps its
 * password and, if that is the configured one, becomes an administrator. Replicas that start at once agree.
 * @throws when the address or the username belongs to somebody who does not know the password: an address is not
 *   verified at registration, so whoever registered it first must not be made an administrator by our start
 */
export async function ensureAdmin(deps: AdminDeps, { username, email, password }: AdminAccount): Promise<void> {
  const wanted = parseRegistration({ username, email, password: password.reveal() });
  const call: Call = { caller: systemCaller, correlationId: newId(), remainingMs: () => null };
  const identifier = { email: wanted.email ?? email, phone: null };
  const existing = await findByIdentifier(deps.prisma, identifier);
  if (existing !== null) return promote(deps, existing, wanted, call);
  try {
    await create(deps, wanted, call);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // Another replica was faster, or the username is somebody else's.
    const faster = await findByIdentifier(deps.prisma, identifier);
    if (faster === null)
      throw new Error(`ADMIN_USERNAME ${wanted.username} is taken by another account`, { cause: error });
    await promote(deps, faster, wanted, call);
  }
}

async function create(deps: AdminDeps, wanted: Registration, call: Call): Promise<void> {
  const passwordHash = await deps.passwords.hash(wanted.password, call.remainingMs);
  const now = deps.clock.now();
  try {
    await deps.database.transaction(async (tx) => {
      const user = await insertUser(tx, wanted, { passwordHash, roles: wholeRoles(['admin']), now });
      await announce(tx, userRegistered(user, call));
      await recordAdmin(tx, user, call);
    });
  } catch (error) {
    throw takenBy(error);
  }
  deps.log.info({ username: wanted.username }, 'administrator account made');
}

async function promote(deps: AdminDeps, user: User, wanted: Registration, call: Call): Promise<void> {
  if (user.roles.includes('admin')) return;
  if (!(await deps.passwords.verify(user.passwordHash, wanted.password, call.remainingMs))) {
    throw new Error('ADMIN_EMAIL belongs to an account with another password than ADMIN_PASSWORD');
  }
  await deps.database.transaction(async (tx) => {
    const locked = (await lockUsers(tx, [user.id])).get(user.id);
    if (locked === undefined || locked.roles.includes('admin')) return;
    await recordAdmin(tx, locked, call);
    await setUserRoles(tx, user.id, wholeRoles(['admin']));
  });
}

const recordAdmin = (tx: Parameters<typeof recordAudit>[0], user: User, call: Call): Promise<void> =>
  recordAudit(tx, call, {
    action: 'user.set_roles',
    target: `user:${user.id}`,
    reason: 'configured administrator',
    details: { after: 'admin' },
  });
