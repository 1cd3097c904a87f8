import { type Environment, field, modeOf, parseEnvironment, Secret, serverFields } from '@fanfare/kit';
import { z } from 'zod';
import { manifest } from '../manifest.ts';

export type Config = ReturnType<typeof readConfig>;

/** What a laptop gets without asking; production has no administrator unless both variables name one. */
const DEVELOPMENT_ADMIN = { email: 'admin@fanfare.local', password: 'fanfare-admin' };

/** @throws ConfigError naming every variable that is missing or wrong */
export function readConfig(env: Environment) {
  const mode = modeOf(env);
  const schema = z.object({
    ...serverFields(manifest),
    SIGNING_KEY_SECRET: field.secret(mode, 'development-signing-key-secret'),
    ACCESS_TOKEN_TTL_SECONDS: field.integer(30, 3600).default(900),
    SESSION_IDLE_DAYS: field.integer(1, 365).default(30),
    REFRESH_GRACE_SECONDS: field.integer(0, 60).default(0),
    PASSWORD_HASH_CONCURRENCY: field.integer(1, 64).default(2),
    ADMIN_USERNAME: field.text().default('admin'),
    ADMIN_EMAIL: z.email().optional(),
    ADMIN_PASSWORD: z
      .string()
      .min(8)
      .max(128)
      .transform((text) => new Secret(text))
      .optional(),
  });
  return parseEnvironment('identity', schema.refine(adminIsWhole, ADMIN_PROBLEM), withAdminDefaults(env, mode));
}

const ADMIN_PROBLEM = { path: ['ADMIN_EMAIL'], message: 'set both ADMIN_EMAIL and ADMIN_PASSWORD, or neither' };

const adminIsWhole = (config: { readonly ADMIN_EMAIL?: unknown; readonly ADMIN_PASSWORD?: unknown }): boolean =>
  (config.ADMIN_EMAIL === undefined) === (config.ADMIN_PASSWORD === undefined);

/** Only a pair that is wholly absent is defaulted: half of one is a mistake also on a laptop. */
function withAdminDefaults(env: Environment, mode: ReturnType<typeof modeOf>): Environment {
  if (mode === 'production' || env['ADMIN_EMAIL'] || env['ADMIN_PASSWORD']) return env;
  return { ...env, ADMIN_EMAIL: DEVELOPMENT_ADMIN.email, ADMIN_PASSWORD: DEVELOPMENT_ADMIN.password };
}
