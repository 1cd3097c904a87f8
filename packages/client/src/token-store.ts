/** Where a client keeps its tokens: with itself, or in a storage that several pages of one origin share. */
import { subjectOf } from './claims.ts';
import type { Tokens } from './tokens.ts';

export interface TokenStore {
  readonly load: () => Tokens | null;
  readonly save: (tokens: Tokens | null) => void;
  /** Runs `work` while no other page that shares the storage runs its own. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
}

/** `localStorage` is one. */
export interface TokenStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export function ownStore(): TokenStore {
  let kept: Tokens | null = null;
  return {
    load: () => kept,
    save: (tokens) => {
      kept = tokens;
    },
    alone: (work) => work(),
  };
}

/**
 * What is stored is what counts: a refresh token works once, so a page that kept its own would one day present one that
 * another page has used up, which the platform takes for theft. When somebody else has logged in meanwhile, nobody is
 * logged in here.
 */
export function sharedStore(storage: TokenStorage, key: string): TokenStore {
  let owner: unknown;
  const load = (): Tokens | null => {
    const tokens = parse(storage.getItem(key));
    if (tokens === null) return null;
    owner ??= subjectOf(tokens.accessToken);
    return owner === subjectOf(tokens.accessToken) ? tokens : null;
  };
  return {
    load,
    save: (tokens) => {
      if (tokens !== null) {
        storage.setItem(key, JSON.stringify(tokens));
        owner = subjectOf(tokens.accessToken);
      } else if (load() !== null) {
        storage.removeItem(key);
        owner = undefined;
      }
    },
    alone: (work) => withLock(key, work),
  };
}

function parse(text: string | null): Tokens | null {
  if (text === null) return null;
  try {
    const { accessToken, refreshToken } = JSON.parse(text) as Partial<Tokens>;
    return accessToken === undefined || refreshToken === undefined ? null : { accessToken, refreshToken };
  } catch {
    return null; // not ours: the user logs in again
  }
}

interface Locks {
  request<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** Web Locks, which pages without https lack: there the platform's grace for a token used twice at once must do. */
function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const { navigator } = globalThis as { readonly navigator?: { readonly locks?: Locks } };
  return navigator?.locks === undefined ? work() : navigator.locks.request(name, work);
}
