/** The only file that knows how the parts meet. Importing it starts nothing. */
import { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import { openDatabase } from '@fanfare/database';
import {
  type Clock,
  composeService,
  createLogger,
  createMetrics,
  type Logger,
  opsServer,
  type Part,
  rpcServer,
  type Service,
  systemClock,
  tlsFilesOf,
} from '@fanfare/kit';
import { openBroker } from '@fanfare/messaging';
import { ensureAdmin } from './accounts/ensure-admin.ts';
import { passwords } from './accounts/passwords.ts';
import type { Config } from './config.ts';
import type { Deps } from './deps.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { housekeeping } from './housekeeping.ts';
import { keyRing } from './keys/key-ring.ts';
import { keyVault } from './keys/key-vault.ts';
import { identityMetrics } from './metrics.ts';
import { handlers } from './rpc.ts';

const DAY_MS = 86_400_000;

export interface Overrides {
  readonly clock?: Clock;
  readonly log?: Logger;
}

/** Accounts, sessions and tokens over gRPC; the database has been migrated before. */
export async function createIdentityService(config: Config, overrides: Overrides = {}): Promise<Service> {
  const log = overrides.log ?? createLogger('identity', config.LOG_LEVEL);
  const clock = overrides.clock ?? systemClock;
  const metrics = createMetrics('identity');
  const database = openDatabase({ url: config.DATABASE_URL, poolSize: config.DATABASE_POOL_SIZE, log });
  const prisma = new PrismaClient({ adapter: database.prismaAdapter() });
  const { bus, relay } = openBroker({ service: 'identity', config, log, metrics });
  const vault = keyVault(config.SIGNING_KEY_SECRET);
  const ttlSeconds = config.ACCESS_TOKEN_TTL_SECONDS;
  const deps: Deps = {
    database,
    prisma,
    clock,
    log,
    metrics: identityMetrics(metrics),
    passwords: passwords(config.PASSWORD_HASH_CONCURRENCY),
    vault,
    keys: keyRing({ database, prisma, vault, clock, ttlSeconds }),
    times: {
      accessTtlSeconds: ttlSeconds,
      idleMs: config.SESSION_IDLE_DAYS * DAY_MS,
      graceMs: config.REFRESH_GRACE_SECONDS * 1000,
    },
    wakeRelay: relay.wake,
  };
  const { GRPC_HOST: host, GRPC_PORT: port, OPS_HOST, OPS_PORT } = config;
  const service: Service = composeService(
    'identity',
    [
      opsServer({ host: OPS_HOST, port: OPS_PORT, metrics, problems: () => service.problems() }),
      database,
      { name: 'prisma', stop: () => prisma.$disconnect() },
      deps.keys,
      administrator(deps, config),
      bus,
      relay,
      housekeeping(deps),
      rpcServer(IdentityServiceService, handlers(deps), {
        service: 'identity',
        host,
        port,
        tls: tlsFilesOf(config),
        log,
        metrics,
      }),
    ],
    { log, shutdownTimeoutMs: config.SHUTDOWN_TIMEOUT_MS },
  );
  return service;
}

function administrator(deps: Deps, config: Config): Part {
  const { ADMIN_USERNAME: username, ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = config;
  return {
    name: 'administrator',
    start: async () => {
      if (email !== undefined && password !== undefined) await ensureAdmin(deps, { username, email, password });
    },
  };
}
