import type { Api } from './api.ts';
import { type Connection, openConnection } from './connection.ts';
import { restApi } from './generated/api.ts';
import type { LogInBody, RegisterUserBody, Session } from './generated/objects.ts';
import { httpClient, type Send } from './http.ts';
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

export interface Client extends Api {
  readonly register: (account: RegisterUserBody) => Promise<Session>;
  readonly login: (credentials: LogInBody) => Promise<Session>;
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
    exchange: (refreshToken) => auth.refreshSession({ refreshToken }),
    onChange: options.onTokens,
    store: storage === undefined ? undefined : sharedStore(storage, `fanfare ${url}`),
  });
  const send: Send = httpClient({ url, fetch: doFetch, tokens });
  const { auth, ...api } = restApi(send);

  function begun(session: Session): Session {
    tokens.replace({ accessToken: session.accessToken, refreshToken: session.refreshToken });
    return session;
  }

  return {
    ...api,
    register: (account) => auth.registerUser(account).then(begun),
    login: (credentials) => auth.logIn(credentials).then(begun),
    useTokens: tokens.replace,
    tokens: tokens.current,
    refresh: async () => {
      await tokens.renew(tokens.current()?.accessToken ?? '');
    },
    logout: async () => {
      await auth.logOut();
      tokens.replace(null);
    },
    connect: ({ signal } = {}) => openConnection({ url, transports, tokens, api, signal }),
  };
}
