/** Refresh tokens: 256 random bits, of which the database keeps the SHA-256 only. */
import { createHash, createHmac, randomBytes } from 'node:crypto';

const BYTES = 32;

/** A token as its holder has it, base64url. */
export const newRefreshToken = (): string => randomBytes(BYTES).toString('base64url');

export const newSalt = (): Buffer => randomBytes(BYTES);

export const hashOfToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/**
 * The token that replaces another: HMAC-SHA256 of 256 random bits, keyed with the old token. Whoever repeats a refresh
 * is given the same successor again, although no token is stored; the old token alone, or the database alone, does not
 * lead to it.
 */
export const successorOf = (token: string, salt: Buffer): string =>
  createHmac('sha256', token).update(salt).digest('base64url');
