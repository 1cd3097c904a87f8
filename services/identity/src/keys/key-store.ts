/** Signing keys in the database, where all replicas agree about them. */
import type { Sql } from '@fanfare/database';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { PrismaClient, SigningKey } from '../generated/prisma/client.ts';
import { type KeyState, verifies } from './key-states.ts';
import type { KeyVault } from './key-vault.ts';

/** Any constant, the same in every release: one replica at a time looks at the keys and changes them. */
const LOCK_KEY = 7_265_102_392n;

export interface NewKey {
  /** RFC 7638 thumbprint of the public key. */
  readonly id: string;
  readonly publicJwk: JWK;
  readonly sealedPrivate: Buffer;
}

/** A fresh Ed25519 pair, its private half sealed before it goes anywhere. */
export async function newKey(vault: KeyVault): Promise<NewKey> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const id = await calculateJwkThumbprint(publicJwk);
  return { id, publicJwk, sealedPrivate: vault.seal(id, JSON.stringify(await exportJWK(privateKey))) };
}

export const lockKeys = (tx: Sql): Promise<unknown> => tx.query('select pg_advisory_xact_lock($1)', [LOCK_KEY]);

/** The states that have a key. Call it under {@link lockKeys}. */
export async function heldStates(tx: Sql): Promise<ReadonlySet<KeyState>> {
  const { rows } = await tx.query<{ state: KeyState }>('select distinct state from signing_keys');
  return new Set(rows.map((row) => row.state));
}

export async function insertKey(tx: Sql, key: NewKey, state: 'current' | 'next', now: Date): Promise<void> {
  await tx.query(
    'insert into signing_keys (id, state, public_jwk, sealed_private, created_at) values ($1, $2, $3, $4, $5)',
    [key.id, state, JSON.stringify(key.publicJwk), key.sealedPrivate, now],
  );
}

/** Retires the current key and lets the next one sign. @returns the id of the key that signs now */
export async function promoteNext(tx: Sql, now: Date, until: Date): Promise<string> {
  await tx.query(
    `update signing_keys set state = 'retired', sealed_private = null, retired_at = $1, verifies_until = $2
      where state = 'current'`,
    [now, until],
  );
  const { rows } = await tx.query<{ id: string }>(
    `update signing_keys set state = 'current' where state = 'next' returning id`,
  );
  if (rows[0] === undefined) throw new Error('there is no next signing key');
  return rows[0].id;
}

/** All keys that tokens may verify against at `now`, the oldest first. */
export async function readKeys(prisma: PrismaClient, now: Date): Promise<readonly SigningKey[]> {
  const keys = await prisma.signingKey.findMany({
    where: { OR: [{ state: { not: 'retired' } }, { verifiesUntil: { gt: now } }] },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });
  return keys.filter((key) => verifies({ state: key.state as KeyState, verifiesUntil: key.verifiesUntil }, now));
}
