import { addressVariable, developmentAddress, developmentOpsPort } from '@fanfare/contracts/services';
import {
  commonFields,
  DEVELOPMENT_ROOM_TOKEN_SECRET,
  type Environment,
  field,
  modeOf,
  newId,
  parseEnvironment,
} from '@fanfare/kit';
import { EDGE_HISTORY_SECONDS, edgeStreamBytes } from '@fanfare/kit/manifest';
import { z } from 'zod';
import { manifest } from '../manifest.ts';
import { askedServices } from './areas.ts';
import { policiesOf } from './limits/policies.ts';
import type { Addresses, Definitions } from './rpc-clients.ts';

export type Config = ReturnType<typeof readConfig>;

export function readConfig(env: Environment) {
  const mode = modeOf(env);
  return parseEnvironment(
    'gateway',
    z.object({
      ...commonFields,
      HTTP_HOST: field.text().default('127.0.0.1'),
      HTTP_PORT: field.port().default(manifest.http.port),
      OPS_PORT: field.port().default(developmentOpsPort('gateway')),
      NODE_NAME: field.text().default(() => `gateway-${newId().slice(-8)}`),
      REDIS_URL: field.text().default('redis://127.0.0.1:6379'),
      ...addressFields(askedServices),
      ROOM_TOKEN_SECRETS: field.signingSecrets(mode, DEVELOPMENT_ROOM_TOKEN_SECRET),
      POINT_CURRENCY_NAME: field.text().default('LykCoin'),
      EDGE_HISTORY_MS: field.integer(1000, 86_400_000).default(EDGE_HISTORY_SECONDS * 1000),
      EDGE_HISTORY_BYTES: field.integer(65_536, Number.MAX_SAFE_INTEGER).default(edgeStreamBytes(manifest.edge)),
      SOCKET_BUFFER_BYTES: field.integer(16_384, 2 ** 30).default(2 ** 20),
      DRAIN_PER_SECOND: field.integer(1, 100_000).default(1000),
      RATE_LIMITS: field.optional().transform((text, context) => {
        try {
          return policiesOf(text);
        } catch (error) {
          context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
          return z.NEVER;
        }
      }),
      CORS_ORIGINS: field.list().optional(),
      TRUST_PROXY: field.optional(),
    }),
    env,
  );
}

/** Where each of these services is: `ROOMS_RPC_URL`. */
function addressFields(services: Definitions): { readonly [V in keyof Addresses]: z.ZodType<string> } {
  const names = Object.keys(services) as (keyof Definitions)[];
  return Object.fromEntries(
    names.map((name) => [addressVariable(name), field.text().default(developmentAddress(name))]),
  );
}
