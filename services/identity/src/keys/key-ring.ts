/**
 * What a replica knows of the signing keys: it makes them at the first start, reads them again after at most two
 * seconds, so that a rotation by another replica is noticed, and signs access tokens with the current one.
 */
import type { Database } from '@fanfare/database';
import type { Clock, Part } from '@fanfare/kit';
import { type CryptoKey, importJWK, type JWK, SignJWT } from 'jose';
import type { PrismaClient, SigningKey } from '../generated/prisma/client.ts';
import { KEY_CACHE_MS } from './key-states.ts';
import { heldStates, insertKey, lockKeys, newKey, readKeys } from './key-store.ts';
import type { KeyVault } from './key-vault.ts';

/** Who the token speaks for. */
interface TokenSubject {
  readonly userId: bigint;
  readonly sessionId: string;
  readonly roles: readonly string[];
  readonly tenantId: string | null;
}

export interface KeyRing extends Part {
  /** An access token: a JWT (EdDSA) for `ttlSeconds` from now. */
  readonly sign: (subject: TokenSubject) => Promise<string>;
  /** The JSON Web Key Set (RFC 7517) that tokens verify against now, as text. */
  readonly keySet: () => Promise<string>;
  /** Forgets what was read, after a change of one's own. */
  readonly refresh: () => void;
}

export interface KeyRingOptions {
  readonly database: Database;
  readonly prisma: PrismaClient;
  readonly vault: KeyVault;
  readonly clock: Clock;
  readonly ttlSeconds: number;
}

const ISSUER = 'fanfare';
const AUDIENCE = 'fanfare';

interface Loaded {
  readonly signer: { readonly id: string; readonly key: CryptoKey };
  readonly keySet: string;
}

export function keyRing(options: KeyRingOptions): KeyRing {
  const { clock, ttlSeconds } = options;
  let cached: { readonly loaded: Promise<Loaded>; readonly readAt: number } | undefined;

  const current = (): Promise<Loaded> => {
    if (cached !== undefined && clock.monotonic() - cached.readAt < KEY_CACHE_MS) return cached.loaded;
    const loaded = load(options);
    const entry = { loaded, readAt: clock.monotonic() };
    cached = entry;
    // A failure is the answer of those who asked meanwhile, not of the next.
    loaded.catch(() => {
      if (cached === entry) cached = undefined;
    });
    return loaded;
  };

  return {
    name: 'signing keys',
    // Opening the current key here makes a wrong SIGNING_KEY_SECRET refuse the start instead of every login.
    start: async () => {
      await ensureKeys(options);
      await current();
    },
    keySet: async () => (await current()).keySet,
    refresh: () => {
      cached = undefined;
    },
    sign: async ({ userId, sessionId, roles, tenantId }) => {
      const { signer } = await current();
      const issuedAt = Math.floor(clock.now().getTime() / 1000);
      return new SignJWT({ sid: sessionId, roles: [...roles], ...(tenantId === null ? {} : { tid: tenantId }) })
        .setProtectedHeader({ alg: 'EdDSA', kid: signer.id, typ: 'JWT' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(userId.toString())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ttlSeconds)
        .sign(signer.key);
    },
  };
}

/** The first replica to get the lock makes the first two keys; the others find them. */
async function ensureKeys({ database, vault, clock }: KeyRingOptions): Promise<void> {
  const [first, second] = await Promise.all([newKey(vault), newKey(vault)]);
  await database.transaction(async (tx) => {
    await lockKeys(tx);
    const held = await heldStates(tx);
    if (!held.has('current')) await insertKey(tx, first, 'current', clock.now());
    if (!held.has('next')) await insertKey(tx, second, 'next', clock.now());
  });
}

async function load({ prisma, vault, clock }: KeyRingOptions): Promise<Loaded> {
  const keys = await readKeys(prisma, clock.now());
  const signing = keys.find((key) => key.state === 'current');
  if (signing?.sealedPrivate == null) throw new Error('there is no current signing key');
  const key = await importJWK(JSON.parse(vault.open(signing.id, signing.sealedPrivate)) as JWK, 'EdDSA');
  if (key instanceof Uint8Array) throw new Error(`signing key ${signing.id} is not a private key`);
  return { signer: { id: signing.id, key }, keySet: JSON.stringify({ keys: keys.map(publicKeyOf) }) };
}

const publicKeyOf = ({ id, publicJwk }: SigningKey): object => ({
  ...(publicJwk as JWK),
  kid: id,
  use: 'sig',
  alg: 'EdDSA',
});
