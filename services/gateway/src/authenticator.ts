/** Who holds an access token. The gateway proves it here, once; services trust the caller in the call's metadata. */
import { AppError, type Caller, userCaller } from '@fanfare/kit';
import { type JWTPayload, errors as joseErrors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { errors } from './errors.ts';
import { createKeySet, type KeySet, type KeySetDeps } from './key-set.ts';
import { sessionBegan } from './session-began.ts';

/** What an access token proves. Its times have the token's resolution of one second. */
export interface Principal {
  readonly caller: Caller;
  readonly userId: bigint;
  readonly sessionId: string;
  /** ms since 1970; see {@link sessionBegan}. */
  readonly sessionBegan: number;
  /** ms since 1970. */
  readonly expiresAt: number;
}

export interface AuthenticatorDeps extends KeySetDeps {
  /** Whether the session has ended, or the user was banned after it began. Asked at every use. */
  readonly isRevoked: (principal: Principal) => boolean;
}

export interface Authenticator extends KeySet {
  /**
   * @throws TOKEN_INVALID, TOKEN_EXPIRED, SESSION_REVOKED; UNAVAILABLE when the token's key is unknown and identity
   * cannot be asked
   */
  readonly verify: (token: string) => Promise<Principal>;
}

/** About 1 KB each: 10 MB at most. A signature costs some 100 us, a hit 1 us. */
const VERIFIED_MOST = 10_000;
/** Ours have some 400 characters; anything of this size is not worth parsing. */
const TOKEN_LENGTH_MOST = 4096;

export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const keySet = createKeySet(deps);
  const verified = new LRUCache<string, Principal>({ max: VERIFIED_MOST });

  async function prove(token: string): Promise<Principal> {
    if (token.length > TOKEN_LENGTH_MOST) throw errors.TOKEN_INVALID();
    try {
      const { payload } = await jwtVerify(token, keySet.keyFor, {
        algorithms: ['EdDSA'],
        issuer: 'fanfare',
        audience: 'fanfare',
        requiredClaims: ['sub', 'sid', 'iat', 'exp'],
        currentDate: deps.clock.now(),
      });
      return principalOf(payload);
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (error instanceof joseErrors.JWTExpired) throw errors.TOKEN_EXPIRED();
      throw errors.TOKEN_INVALID();
    }
  }

  return {
    ...keySet,
    name: 'authenticator',
    verify: async (token) => {
      const principal = verified.get(token) ?? (await prove(token));
      if (principal.expiresAt <= deps.clock.now().getTime()) throw errors.TOKEN_EXPIRED();
      if (deps.isRevoked(principal)) throw errors.SESSION_REVOKED();
      verified.set(token, principal);
      return principal;
    },
  };
}

/** @throws TOKEN_INVALID when a claim is not as identity signs it */
export function principalOf(payload: JWTPayload): Principal {
  const { sub = '', iat = Number.NaN, exp = Number.NaN } = payload;
  const { sid: sessionId, roles = [], tid: tenantId } = payload as Readonly<Record<string, unknown>>;
  if (!/^[1-9]\d{0,15}$/.test(sub)) throw errors.TOKEN_INVALID();
  if (typeof sessionId !== 'string' || sessionId === '') throw errors.TOKEN_INVALID();
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) throw errors.TOKEN_INVALID();
  if (tenantId !== undefined && typeof tenantId !== 'string') throw errors.TOKEN_INVALID();
  if (!Number.isFinite(iat) || !Number.isFinite(exp)) throw errors.TOKEN_INVALID();
  const userId = BigInt(sub);
  return {
    caller: userCaller(userId, { roles, sessionId, ...(tenantId !== undefined && { tenantId }) }),
    userId,
    sessionId,
    sessionBegan: sessionBegan(sessionId, iat * 1000),
    expiresAt: exp * 1000,
  };
}
