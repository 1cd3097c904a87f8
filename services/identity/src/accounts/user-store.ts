/** Accounts in the database. Everything with `tx` runs inside the caller's transaction. */
import { one, type Sql } from '@fanfare/database';
import pg from 'pg';
import { errors } from '../errors.ts';
import type { PrismaClient, User } from '../generated/prisma/client.ts';
import type { Identifier, Registration } from './credentials.ts';
import { usernameKey } from './identifiers.ts';
import type { Role } from './roles.ts';

export type { User } from '../generated/prisma/client.ts';

/** In the shape Prisma gives them, but for int8, which arrives as text. */
const COLUMNS = `id, username, username_key as "usernameKey", display_name as "displayName", avatar_url as "avatarUrl",
  email, phone, password_hash as "passwordHash", roles, banned_at as "bannedAt", version, tenant_id as "tenantId",
  last_active_at as "lastActiveAt", created_at as "createdAt"`;

type UserRow = Omit<User, 'id' | 'version'> & { readonly id: string; readonly version: string };

const toUser = (row: UserRow): User => ({ ...row, id: BigInt(row.id), version: BigInt(row.version) });

export const findUser = (prisma: PrismaClient, id: bigint): Promise<User | null> =>
  prisma.user.findUnique({ where: { id } });

/** Those that exist, by id. */
export const findUsers = (prisma: PrismaClient, ids: readonly bigint[]): Promise<User[]> =>
  prisma.user.findMany({ where: { id: { in: [...ids] } }, orderBy: { id: 'asc' } });

export const findByIdentifier = (prisma: PrismaClient, { email, phone }: Identifier): Promise<User | null> =>
  prisma.user.findUnique({ where: email === null ? { phone } : { email } });

/** The refusal a registration would meet right now, or null: asked before the costly hash, decided by the insert. */
export async function whatIsTaken(prisma: PrismaClient, wanted: Registration): Promise<Error | null> {
  const key = usernameKey(wanted.username);
  const { email, phone } = wanted;
  const alternatives = [
    { usernameKey: key },
    ...(email === null ? [] : [{ email }]),
    ...(phone === null ? [] : [{ phone }]),
  ];
  const holders = await prisma.user.findMany({ where: { OR: alternatives } });
  if (holders.some((user) => user.usernameKey === key)) return TAKEN.users_username_key();
  if (email !== null && holders.some((user) => user.email === email)) return TAKEN.users_email_key();
  if (phone !== null && holders.some((user) => user.phone === phone)) return TAKEN.users_phone_key();
  return null;
}

/** @throws a database error that {@link takenBy} knows when somebody else has the name, address or number */
export async function insertUser(
  tx: Sql,
  { username, email, phone }: Registration,
  { passwordHash, roles, now }: { readonly passwordHash: string; readonly roles: readonly Role[]; readonly now: Date },
): Promise<User> {
  const inserted = await tx.query<UserRow>(
    `insert into users (username, username_key, display_name, email, phone, password_hash, roles, last_active_at, created_at)
     values ($1, $2, $1, $3, $4, $5, $6, $7, $7) returning ${COLUMNS}`,
    [username, usernameKey(username), email, phone, passwordHash, roles, now],
  );
  return toUser(one(inserted));
}

const TAKEN = {
  users_username_key: () => errors.USERNAME_TAKEN({}, { username: ['is taken'] }),
  users_email_key: () => errors.EMAIL_TAKEN({}, { email: ['is taken'] }),
  users_phone_key: () => errors.PHONE_TAKEN({}, { phone: ['is taken'] }),
} as const;

const isTakenKey = (name: string | undefined): name is keyof typeof TAKEN => name !== undefined && name in TAKEN;

/** The refusal behind a unique violation of {@link insertUser}; any other error as it is. */
export function takenBy(error: unknown): unknown {
  return error instanceof pg.DatabaseError && error.code === '23505' && isTakenKey(error.constraint)
    ? TAKEN[error.constraint]()
    : error;
}

/** Locks the rows in the order of their ids, whoever asks: two commands on the same accounts never wait crosswise. */
export async function lockUsers(tx: Sql, ids: readonly bigint[]): Promise<ReadonlyMap<bigint, User>> {
  const { rows } = await tx.query<UserRow>(
    `select ${COLUMNS} from users where id = any($1::int8[]) order by id for no key update`,
    [ids],
  );
  return new Map(rows.map(toUser).map((user) => [user.id, user]));
}

/** Notes a sign of life, which locks the row and changes no version: nothing is announced. */
export async function touchUser(tx: Sql, id: bigint, now: Date): Promise<User> {
  const touched = await tx.query<UserRow>(`update users set last_active_at = $2 where id = $1 returning ${COLUMNS}`, [
    id,
    now,
  ]);
  return toUser(one(touched));
}

export async function setBannedAt(tx: Sql, id: bigint, bannedAt: Date | null): Promise<User> {
  const updated = await tx.query<UserRow>(
    `update users set banned_at = $2, version = version + 1 where id = $1 returning ${COLUMNS}`,
    [id, bannedAt],
  );
  return toUser(one(updated));
}

export async function setUserRoles(tx: Sql, id: bigint, roles: readonly Role[]): Promise<User> {
  const updated = await tx.query<UserRow>(
    `update users set roles = $2, version = version + 1 where id = $1 returning ${COLUMNS}`,
    [id, roles],
  );
  return toUser(one(updated));
}
