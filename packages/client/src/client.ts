import { type Api, restApi } from './api.ts';
import { type Connection, openConnection } from './connection.ts';
import { httpClient, type Send } from './http.ts';
import type { Session } from './objects.ts';
import { sharedStore, type TokenStorage } from './token-store.ts';
import { type TokenKeeper, type Tokens, tokenKeeper } from './tokens.ts';

export interface ClientOptions {
  /** Of a gateway: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Default: websocket only, which needs no sticky sessions in front of several gateways. */
  readonly transports?: readonly ('websocket' | 'polling')[];
  /**
   * `localStorage`, say: who was logged in stays so, and all pages of the app have one session. Without it several
   * pages must not share tokens: a refresh token works once, and using it twice ends the session.
   */
  readonly storage?: TokenStorage;
  /** Called with every new pair of tokens got here, and with null when the session ends. */
  readonly onTokens?: (tokens: Tokens | null) => void;
  readonly fetch?: typeof fetch;
}

export type Credentials = { readonly password: string } & ({ readonly phone: string } | { readonly email: string });

export interface Registration {
  readonly username: string;
  readonly password: string;
  readonly phone?: string;
  readonly email?: string;
}

export interface Client extends Api {
  readonly register: (account: Registration) => Promise<Session>;
  readonly login: (credentials: Credentials) => Promise<Session>;
  /** Goes on with tokens stored earlier. */
  readonly useTokens: (tokens: Tokens) => void;
  readonly tokens: () => Tokens | null;
  /** Happens by itself when a token expires; concurrent calls share one exchange. */
  readonly refresh: () => Promise<void>;
  readonly logout: () => Promise<void>;
  /**
   * Opens a socket for the logged-in user, another one at every call, and keeps trying until it is open or `signal` is
   * aborted. Close it when it is not needed any more.
   */
  readonly connect: (options?: { readonly signal?: AbortSignal }) => Promise<Connection>;
}

/** A client of one platform for one user at a time. Everything it throws is a FanfareError. */
export function createClient(options: ClientOptions): Client {
  const { url, transports = ['websocket'], storage } = options;
  // Browsers refuse a fetch that is called as somebody's method.
  const doFetch: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));
  const tokens: TokenKeeper = tokenKeeper({
    exchange: (refreshToken) =>
      send<Session>({ method: 'POST', path: '/auth/refresh', body: { refreshToken }, auth: false }),
    onChange: options.onTokens,
    store: storage === undefined ? undefined : sharedStore(storage, `fanfare ${url}`),
  });
  const send: Send = httpClient({ url, fetch: doFetch, tokens });
  const api = restApi(send);

  async function begin(path: string, body: object): Promise<Session> {
    const session = await send<Session>({ method: 'POST', path, body, auth: false });
    tokens.replace({ accessToken: session.accessToken, refreshToken: session.refreshToken });
    return session;
  }

  return {
    ...api,
    register: (account) => begin('/auth/register', account),
    login: (credentials) => begin('/auth/login', credentials),
    useTokens: tokens.replace,
    tokens: tokens.current,
    refresh: async () => {
      await tokens.renew(tokens.current()?.accessToken ?? '');
    },
    logout: async () => {
      await send<null>({ method: 'POST', path: '/auth/logout' });
      tokens.replace(null);
    },
    connect: ({ signal } = {}) => openConnection({ url, transports, tokens, api, signal }),
  };
}
