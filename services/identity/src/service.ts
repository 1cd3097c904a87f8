/** The identity service: the only file that knows how its parts meet. */
import { type Backend, backend, type Description, type Overrides } from '@fanfare/backend';
import { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import type { Part } from '@fanfare/kit';
import { manifest } from '../manifest.ts';
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

const identity = {
  manifest,
  contract: IdentityServiceService,
  prisma: PrismaClient,
  peers: {},
} as const satisfies Description;

export async function createIdentityService(config: Config, overrides: Overrides = {}): Promise<Backend> {
  return backend(identity, config, overrides, ({ clock, log, metrics, database, prisma, relay }) => {
    const vault = keyVault(config.SIGNING_KEY_SECRET);
    const ttlSeconds = config.ACCESS_TOKEN_TTL_SECONDS;
    const keys = keyRing({ database, prisma, vault, clock, ttlSeconds });
    const deps: Deps = {
      database,
      prisma,
      clock,
      log,
      metrics: identityMetrics(metrics),
      passwords: passwords(config.PASSWORD_HASH_CONCURRENCY),
      vault,
      keys,
      times: {
        accessTtlSeconds: ttlSeconds,
        idleMs: config.SESSION_IDLE_DAYS * DAY_MS,
        graceMs: config.REFRESH_GRACE_SECONDS * 1000,
      },
      wakeRelay: relay.wake,
    };
    return { handlers: handlers(deps), parts: [keys, administrator(deps, config), housekeeping(deps)] };
  });
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
