import { FanfareError } from './fanfare-error.ts';
import { ownStore, type TokenStore } from './token-store.ts';

/** What an app stores to stay logged in. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

export interface TokenKeeper {
  readonly current: () => Tokens | null;
  readonly replace: (tokens: Tokens | null) => void;
  /**
   * A token other than `stale`. However many ask at once, the refresh token, which works once, is exchanged once.
   * @throws FanfareError when the platform refuses; then nobody is logged in any more
   */
  readonly renew: (stale: string) => Promise<string>;
}

export interface TokenKeeperOptions {
  readonly exchange: (refreshToken: string) => Promise<Tokens>;
  /** Called at every change made here, with null at the end of the session. */
  readonly onChange?: ((tokens: Tokens | null) => void) | undefined;
  /** Default: one of its own. */
  readonly store?: TokenStore | undefined;
}

/** A refresh token that is not good any more, or an account that is banned. */
const ENDED: ReadonlySet<string> = new Set(['unauthenticated', 'forbidden']);

export function tokenKeeper({ exchange, onChange, store = ownStore() }: TokenKeeperOptions): TokenKeeper {
  let renewing: Promise<string> | null = null;

  const replace = (tokens: Tokens | null): void => {
    store.save(tokens);
    onChange?.(tokens);
  };

  async function exchangeNow(refreshToken: string): Promise<string> {
    try {
      const { accessToken, refreshToken: next } = await exchange(refreshToken);
      replace({ accessToken, refreshToken: next });
      return accessToken;
    } catch (error) {
      if (error instanceof FanfareError && ENDED.has(error.kind)) replace(null);
      throw error;
    }
  }

  async function renewNow(stale: string): Promise<string> {
    const current = store.load();
    if (current === null) throw notLoggedIn();
    // Somebody was faster, perhaps in another page.
    return current.accessToken === stale ? exchangeNow(current.refreshToken) : current.accessToken;
  }

  return {
    current: store.load,
    replace,
    renew: (stale) => {
      renewing ??= store
        .alone(() => renewNow(stale))
        .finally(() => {
          renewing = null;
        });
      return renewing;
    },
  };
}

export const notLoggedIn = (): FanfareError =>
  new FanfareError({ code: 'NOT_LOGGED_IN', kind: 'unauthenticated', message: 'Log in first.', retryable: false });
