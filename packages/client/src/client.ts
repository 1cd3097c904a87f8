import { type Api, restApi } from './api.ts';
import { type Connection, openConnection } from './connection.ts';
import { httpClient, type Send } from './http.ts';
import type { Session } from './objects.ts';
import { type TokenKeeper, type Tokens, tokenKeeper } from './tokens.ts';

export interface ClientOptions {
  /** Of a gateway: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Default: websocket only, which needs no sticky sessions in front of several gateways. */
  readonly transports?: readonly ('websocket' | 'polling')[];
  /** Called with every new pair of tokens, and with null when the session ends: store them to stay logged in. */
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
  /** Opens a socket for the logged-in user. */
  readonly connect: () => Promise<Connection>;
}

/** A client of one platform for one user at a time. Everything it throws is a FanfareError. */
export function createClient(options: ClientOptions): Client {
  const { url, transports = ['websocket'] } = options;
  // Browsers refuse a fetch that is called as somebody's method.
  const doFetch: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));
  const tokens: TokenKeeper = tokenKeeper({
    exchange: (refreshToken) =>
      send<Session>({ method: 'POST', path: '/auth/refresh', body: { refreshToken }, auth: false }),
    onChange: options.onTokens,
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
    connect: () => openConnection({ url, transports, tokens, api }),
  };
}
