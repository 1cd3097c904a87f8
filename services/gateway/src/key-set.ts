/** The keys that access tokens verify against: identity's, cached, so that tokens verify while identity is away. */
import type { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import { anonymous, type Clock, commonErrors, type Logger, type Part, type RpcClient } from '@fanfare/kit';
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey, errors as joseErrors } from 'jose';

export interface KeySetDeps {
  readonly identity: RpcClient<typeof IdentityServiceService>;
  readonly log: Logger;
  readonly clock: Clock;
}

export interface KeySet extends Part {
  /** Finds the key of a token's header, asking identity again for one that is not known yet. */
  readonly keyFor: JWTVerifyGetKey;
  /** The set as identity last published it; fetched now if there is none. @throws UNAVAILABLE */
  readonly published: () => Promise<JSONWebKeySet>;
}

/** Rotated keys are known long before the last token of the old one expires (15 min). */
const REFRESH_MS = 60_000;
/** While there is no key nobody can log in here, so ask often. */
const FIRST_FETCH_MS = 1000;
/** Forged key ids cost identity at most one call in this time. */
const COOLDOWN_MS = 3000;
const FETCH_DEADLINE_MS = 2000;

export function createKeySet(deps: KeySetDeps): KeySet {
  const cache = keyCache(deps);
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const keyFor: JWTVerifyGetKey = async (header, token) => {
    const keys = (await cache.known()).keys;
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof joseErrors.JWKSNoMatchingKey)) throw error;
      if (deps.clock.monotonic() - cache.lastFetch().at >= COOLDOWN_MS) await cache.refetch();
      // The key may be a new one that we could not hear of: not the token's fault.
      if (cache.lastFetch().failed) throw commonErrors.UNAVAILABLE();
      return (await cache.known()).keys(header, token);
    }
  };

  /** From now on until the stop. A fetch never rejects. */
  async function keepFresh(): Promise<void> {
    await cache.refetch();
    if (stopped) return;
    timer = setTimeout(() => void keepFresh(), cache.isEmpty() ? FIRST_FETCH_MS : REFRESH_MS);
    timer.unref();
  }

  return {
    name: 'key-set',
    keyFor,
    published: async () => JSON.parse((await cache.known()).text),
    start: async () => {
      // Not awaited: the gateway starts without identity, and says at /readyz what it waits for.
      void keepFresh();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
    },
    problem: () => (cache.isEmpty() ? 'no key to verify access tokens with; waiting for identity' : null),
  };
}

interface Keys {
  /** As identity published it. */
  readonly text: string;
  readonly keys: JWTVerifyGetKey;
}

interface KeyCache {
  /** @throws UNAVAILABLE when none were ever fetched, and none can be now */
  readonly known: () => Promise<Keys>;
  readonly isEmpty: () => boolean;
  /** One fetch at a time; whoever comes while it runs waits for it. Keeps what it has when the fetch fails. */
  readonly refetch: () => Promise<void>;
  readonly lastFetch: () => { readonly at: number; readonly failed: boolean };
}

function keyCache({ identity, log, clock }: KeySetDeps): KeyCache {
  let current: Keys | null = null;
  let fetching: Promise<void> | null = null;
  let lastFetch = { at: Number.NEGATIVE_INFINITY, failed: false };

  async function fetchNow(): Promise<void> {
    try {
      const { jwks } = await identity.call.getKeySet({}, { caller: anonymous, deadlineMs: FETCH_DEADLINE_MS });
      if (current?.text !== jwks) current = { text: jwks, keys: createLocalJWKSet(JSON.parse(jwks)) };
      lastFetch = { at: clock.monotonic(), failed: false };
    } catch (error) {
      lastFetch = { at: clock.monotonic(), failed: true };
      log.warn({ err: error, known: current !== null }, 'could not fetch the key set');
    }
  }

  function refetch(): Promise<void> {
    fetching ??= fetchNow().finally(() => {
      fetching = null;
    });
    return fetching;
  }

  return {
    known: async () => {
      if (current === null) await refetch();
      if (current === null) throw commonErrors.UNAVAILABLE();
      return current;
    },
    isEmpty: () => current === null,
    refetch,
    lastFetch: () => lastFetch,
  };
}
