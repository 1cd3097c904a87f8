/** Sessions and their refresh tokens. Every function runs inside the caller's transaction, after it has locked the user's row. */
import type { Sql } from '@fanfare/database';
import type { PresentedToken, TokenFamily } from './refresh-rule.ts';

/** Where a session is used from, as the gateway saw it; empty texts when it did not. */
export interface Device {
  readonly ip: string;
  readonly userAgent: string;
}

/** `ban` is announced as the user's ban, the others as the session's end. */
export type RevocationCause = 'logout' | 'reuse' | 'ban' | 'roles';

export interface RevokedSession {
  readonly id: string;
  readonly userId: bigint;
  readonly version: bigint;
}

export interface NewSession {
  readonly id: string;
  readonly userId: bigint;
  readonly device: Device;
  readonly tokenHash: Buffer;
  readonly now: Date;
  readonly expiresAt: Date;
}

export async function insertSession(
  tx: Sql,
  { id, userId, device, tokenHash, now, expiresAt }: NewSession,
): Promise<void> {
  await tx.query(
    `with session as (
       insert into sessions (id, user_id, ip, user_agent, created_at, expires_at) values ($1, $2, $3, $4, $6, $7)
       returning id)
     insert into refresh_tokens (hash, session_id, created_at) select $5, id, $6 from session`,
    [id, userId, device.ip, device.userAgent, tokenHash, now, expiresAt],
  );
}

export interface TokenOwner {
  readonly userId: bigint;
  readonly sessionId: string;
}

/** Whose token it is, without a lock: neither ever changes. */
export async function ownerOfToken(tx: Sql, hash: Buffer): Promise<TokenOwner | null> {
  const { rows } = await tx.query<{ userId: string; sessionId: string }>(
    `select s.user_id as "userId", s.id as "sessionId"
       from refresh_tokens t join sessions s on s.id = t.session_id where t.hash = $1`,
    [hash],
  );
  return rows[0] === undefined ? null : { userId: BigInt(rows[0].userId), sessionId: rows[0].sessionId };
}

export interface StoredToken extends PresentedToken {
  /** What its successor is made with; null unless it was replaced last. */
  readonly salt: Buffer | null;
}

/** Null when housekeeping has forgotten the token meanwhile. */
export async function readToken(tx: Sql, hash: Buffer): Promise<{ token: StoredToken; family: TokenFamily } | null> {
  const { rows } = await tx.query<{
    replacedAt: Date | null;
    salt: Buffer | null;
    expiresAt: Date;
    revokedAt: Date | null;
    userAgent: string;
  }>(
    `select t.replaced_at as "replacedAt", t.salt, s.expires_at as "expiresAt", s.revoked_at as "revokedAt",
            s.user_agent as "userAgent"
       from refresh_tokens t join sessions s on s.id = t.session_id where t.hash = $1`,
    [hash],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { replacedAt, salt, ...family } = row;
  return { token: { replacedAt, salt, replacedLast: salt !== null }, family };
}

export interface Rotation {
  readonly sessionId: string;
  readonly from: Buffer;
  readonly salt: Buffer;
  readonly to: Buffer;
  readonly device: Device;
  readonly now: Date;
  readonly expiresAt: Date;
  /** Tokens replaced before this are forgotten: a family of daily use stays at a few thousand rows. */
  readonly forgetBefore: Date;
}

export async function rotateToken(tx: Sql, of: Rotation): Promise<void> {
  await tx.query(`delete from refresh_tokens where session_id = $1 and replaced_at < $2`, [
    of.sessionId,
    of.forgetBefore,
  ]);
  await tx.query(`update refresh_tokens set salt = null where session_id = $1 and salt is not null`, [of.sessionId]);
  await tx.query(`update refresh_tokens set replaced_at = $2, salt = $3 where hash = $1`, [of.from, of.now, of.salt]);
  await tx.query(`insert into refresh_tokens (hash, session_id, created_at) values ($1, $2, $3)`, [
    of.to,
    of.sessionId,
    of.now,
  ]);
  await tx.query(`update sessions set expires_at = $2, ip = $3, user_agent = $4 where id = $1`, [
    of.sessionId,
    of.expiresAt,
    of.device.ip,
    of.device.userAgent,
  ]);
}

interface RevokedRow {
  readonly id: string;
  readonly user_id: string;
  readonly version: string;
}

const toRevoked = (row: RevokedRow): RevokedSession => ({
  id: row.id,
  userId: BigInt(row.user_id),
  version: BigInt(row.version),
});

/** Null when it is not the user's or has ended before. */
export async function revokeSession(
  tx: Sql,
  { id, userId }: { readonly id: string; readonly userId: bigint },
  cause: RevocationCause,
  now: Date,
): Promise<RevokedSession | null> {
  const { rows } = await tx.query<RevokedRow>(
    `update sessions set revoked_at = $3, revoked_cause = $4, version = version + 1
      where id = $1 and user_id = $2 and revoked_at is null returning id, user_id, version`,
    [id, userId, now, cause],
  );
  return rows[0] === undefined ? null : toRevoked(rows[0]);
}

export async function revokeAllSessions(
  tx: Sql,
  userId: bigint,
  cause: RevocationCause,
  now: Date,
): Promise<readonly RevokedSession[]> {
  const { rows } = await tx.query<RevokedRow>(
    `update sessions set revoked_at = $2, revoked_cause = $3, version = version + 1
      where user_id = $1 and revoked_at is null returning id, user_id, version`,
    [userId, now, cause],
  );
  return rows.map(toRevoked);
}
