/** Services for the gateway to call: real gRPC servers of the real contracts, whose answers a test decides. */
import { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import { GiftingServiceService } from '@fanfare/contracts/gifting/v1/gifting_service';
import { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import { RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { addressVariable } from '@fanfare/contracts/services';
import { AppError, createMetrics, type Handlers, rpcServer, silentLogger } from '@fanfare/kit';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { type ClientsOf, openClients } from '../src/rpc-clients.ts';

const CONTRACTS = {
  identity: IdentityServiceService,
  economy: EconomyServiceService,
  gifting: GiftingServiceService,
  rooms: RoomsServiceService,
};

type Settable<T> = { -readonly [K in keyof T]?: T[K] };

export interface Peers {
  identity: Settable<Handlers<typeof IdentityServiceService>>;
  economy: Settable<Handlers<typeof EconomyServiceService>>;
  gifting: Settable<Handlers<typeof GiftingServiceService>>;
  rooms: Settable<Handlers<typeof RoomsServiceService>>;
}

export interface RunningPeers {
  /** Set handlers here, before or between calls. */
  readonly handlers: Peers;
  readonly clients: ClientsOf<typeof CONTRACTS>;
  /** Where they listen, by the names of the gateway's configuration. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** The one id under which there is no user. */
export const NOBODY = 404n;

interface NamesUsers {
  readonly userId?: bigint;
  readonly toUserId?: bigint;
  readonly recipientIds?: readonly bigint[];
}

/** As each service does that takes money for a user, or decides about one. */
function refuseNobody(method: string, { userId, toUserId, recipientIds = [] }: NamesUsers): void {
  if (/^(get|list)/.test(method) || ![userId, toUserId, ...recipientIds].includes(NOBODY)) return;
  throw new AppError('not_found', 'USER_NOT_FOUND', 'There is no such user.', { userId: String(NOBODY) });
}

/** What is not set refuses, so that a test notices a call that it did not expect. */
// biome-ignore lint/suspicious/noExplicitAny: one table of handlers for every contract
function open(definition: any, handlers: () => Record<string, any>) {
  const all = Object.fromEntries(
    Object.keys(definition).map((method) => [
      method,
      async (request: unknown, call: unknown) => {
        refuseNobody(method, request as NamesUsers);
        const handle = handlers()[method];
        if (handle === undefined) throw new AppError('internal', 'UNEXPECTED_CALL', `nobody expects ${method}`);
        return handle(request, call);
      },
    ]),
  );
  return rpcServer(definition, all, {
    service: 'peer',
    host: '127.0.0.1',
    port: 0,
    tls: null,
    log: silentLogger,
    metrics: createMetrics('peer'),
  });
}

export async function startPeers(): Promise<RunningPeers> {
  const handlers: Peers = { identity: {}, economy: {}, gifting: {}, rooms: {} };
  const servers = {
    identity: open(IdentityServiceService, () => handlers.identity),
    economy: open(EconomyServiceService, () => handlers.economy),
    gifting: open(GiftingServiceService, () => handlers.gifting),
    rooms: open(RoomsServiceService, () => handlers.rooms),
  };
  await Promise.all(Object.values(servers).map((server) => server.start?.()));
  const addresses = Object.fromEntries(
    Object.entries(servers).map(([name, server]) => [addressVariable(name), `127.0.0.1:${server.port()}`]),
  );
  const clients = openClients(CONTRACTS, addresses, null);
  return {
    handlers,
    clients,
    addresses,
    stop: async () => {
      await Promise.all(Object.values(clients).map((client) => client.stop?.()));
      await Promise.all(Object.values(servers).map((server) => server.stop?.()));
    },
  };
}

export interface TokenSigner {
  /** For identity's GetKeySet. */
  readonly jwks: string;
  readonly sign: (
    claims: JWTPayload,
    options?: { readonly issuer?: string; readonly audience?: string; readonly lifetime?: string },
  ) => Promise<string>;
}

/** Signs access tokens as identity does. */
export async function tokenSigner(kid: string): Promise<TokenSigner> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' };
  return {
    jwks: JSON.stringify({ keys: [jwk] }),
    sign: (claims, { issuer = 'fanfare', audience = 'fanfare', lifetime = '15m' } = {}) =>
      new SignJWT({ sid: 'session-1', roles: [], ...claims })
        .setProtectedHeader({ alg: 'EdDSA', kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(lifetime)
        .sign(privateKey),
  };
}
