/** The only file that knows how the gateway's parts meet. Started top to bottom, stopped bottom to top. */
import type { AddressInfo } from 'node:net';
import { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import {
  type Clock,
  composeService,
  createLogger,
  createMetrics,
  type Logger,
  opsServer,
  type Part,
  type Service,
  systemClock,
  tlsFilesOf,
} from '@fanfare/kit';
import { openBus } from '@fanfare/messaging';
import { askedServices, publicFace as face } from './areas.ts';
import { createAuthenticator } from './authenticator.ts';
import type { Config } from './config.ts';
import { edgeConnection } from './edge/connection.ts';
import { createHub } from './edge/hub.ts';
import type { HistoryLimits } from './edge/stream.ts';
import { ticker } from './edge/tick.ts';
import { createHttpApp } from './http/app.ts';
import { createLimiter } from './limits/limiter.ts';
import { createPresence } from './presence/presence.ts';
import { createRevocations } from './revocations.ts';
import { openClients } from './rpc-clients.ts';
import { drainingOf } from './socket/drain.ts';
import { everybody } from './socket/everybody.ts';
import { createRegistry } from './socket/registry.ts';
import { createSocketServer } from './socket/server.ts';
import { translatorMetrics } from './translate/metrics.ts';
import { producersOf } from './translate/translate.ts';
import { translator } from './translate/translator.ts';

export interface Deps {
  readonly log: Logger;
  readonly clock: Clock;
}

export type Gateway = Service & {
  /** Where it listens, once started; of interest when port 0 was asked for. */
  readonly httpPort: () => number;
  readonly opsPort: () => number;
};

export async function createGatewayService(config: Config, overrides: Partial<Deps> = {}): Promise<Gateway> {
  const { log = createLogger('gateway', config.LOG_LEVEL), clock = systemClock } = overrides;
  const metrics = createMetrics('gateway');
  const { NODE_NAME: nodeName, REDIS_URL: redisUrl, NATS_REPLICAS: replicas, RATE_LIMITS: policies } = config;
  const nats = { url: config.NATS_URL, credsFile: config.NATS_CREDS_FILE, tlsCaFile: config.NATS_TLS_CA_FILE, log };
  const limits: HistoryLimits = {
    maxAgeMs: config.EDGE_HISTORY_MS,
    maxBytes: config.EDGE_HISTORY_BYTES,
    replicas,
  };

  const bus = openBus({ ...nats, name: `gateway ${nodeName}` });
  const connection = edgeConnection({ ...nats, name: `edge ${nodeName}` });
  // Before the hub: a socket that finds its channel open must find the revocations loaded.
  const revocations = createRevocations({ connection, replicas, log, clock });
  const hub = createHub({ connection, limits, log, clock, metrics });
  // Whose tokens are proved here.
  const services = { ...askedServices, identity: IdentityServiceService };
  const clients = openClients(services, config, tlsFilesOf(config));
  const { isRevoked } = revocations;
  const authenticator = createAuthenticator({ identity: clients.identity, log, clock, isRevoked });
  const limiter = createLimiter({ redisUrl, log, metrics });
  const registry = createRegistry();
  const { pairs, users: connected } = registry;
  const presence = createPresence({ redisUrl, nodeName, log, pairs, users: connected });
  const asking = { clients, authenticator, limiter, policies };
  const shared = { ...asking, clock, log, metrics, corsOrigins: config.CORS_ORIGINS };
  const { TRUST_PROXY: trustProxy, POINT_CURRENCY_NAME: pointCurrencyName } = config;
  const app = await createHttpApp({ ...shared, face, presence, trustProxy, pointCurrencyName });
  const sockets = createSocketServer({
    ...shared,
    commands: face.commands,
    http: app.server,
    connection,
    hub,
    presence,
    revocations,
    registry,
    roomTokenSecrets: config.ROOM_TOKEN_SECRETS,
    trustProxy,
    capBytes: config.SOCKET_BUFFER_BYTES,
    draining: drainingOf(config.DRAIN_PER_SECOND, config.SHUTDOWN_TIMEOUT_MS),
  });
  const { table, ends } = face;
  const translating = { table, ends, bus, connection, revocations, nodeName, maxAgeMs: limits.maxAgeMs, replicas };
  const counted = { log, clock, metrics: translatorMetrics(metrics) };
  const ops = opsServer({ host: config.OPS_HOST, port: config.OPS_PORT, metrics, problems: () => service.problems() });
  const parts: readonly Part[] = [
    bus,
    connection,
    revocations,
    hub,
    everybody(hub, registry),
    ticker({ bus, connection, nodeName, replicas, log }),
    ...producersOf(table).map((service) => translator({ ...translating, ...counted, service })),
    ...Object.values(clients),
    authenticator,
    limiter,
    presence,
    listening(app, config.HTTP_HOST, config.HTTP_PORT),
    // After the server in this list, so that clients are sent away before it closes.
    sockets,
    ops,
  ];
  const service = composeService('gateway', parts, { log, shutdownTimeoutMs: config.SHUTDOWN_TIMEOUT_MS });
  return { ...service, httpPort: () => (app.server.address() as AddressInfo).port, opsPort: ops.port };
}

/** Clients of a gateway that died come all at once: more than Node's 511 may wait to be accepted. Linux allows 4096. */
const BACKLOG = 4096;

function listening(app: Awaited<ReturnType<typeof createHttpApp>>, host: string, port: number): Part {
  return {
    name: 'http',
    start: async () => void (await app.listen({ host, port, backlog: BACKLOG })),
    stop: () => app.close(),
    problem: () => (app.server.listening ? null : 'not listening'),
  };
}
