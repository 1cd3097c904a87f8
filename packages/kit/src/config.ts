/** Configuration: environment -> one frozen, typed object; every problem is reported at once, none is guessed away. */
import {
  addressVariable,
  developmentAddress,
  developmentOpsPort,
  developmentRpcPort,
  type ServiceName,
} from '@fanfare/contracts/services';
import { z } from 'zod';
import { type BackendManifest, eventStreamBytes } from './manifest.ts';

/** A value that does not show itself in logs, JSON or templates. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself. Call it where it is used, not before. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[redacted]';
  }
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(service: string, problems: readonly string[]) {
    super(`${service} cannot start, its configuration is not valid:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** In `production` secrets have no default and a missing one refuses the start. */
export type Mode = 'development' | 'production';

/** `FANFARE_ENV`; anything but the two words is refused by {@link readConfig}. */
export const modeOf = (env: Environment): Mode => (env['FANFARE_ENV'] === 'production' ? 'production' : 'development');

/** Field makers for a schema over environment variables. */
export const field = {
  text: () => z.string().min(1),
  optional: () => z.string().min(1).optional(),
  integer: (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum),
  port: () => z.coerce.number().int().min(0).max(65_535),
  flag: () => z.enum(['true', 'false']).transform((text) => text === 'true'),
  list: () =>
    z
      .string()
      .min(1)
      .transform((text) => text.split(',').map((part) => part.trim())),
  /** Required in production; `development` is what a laptop gets without asking. */
  secret: (mode: Mode, development: string) => {
    const base = z.string().min(mode === 'production' ? 32 : 1, 'must be at least 32 characters in production');
    const present = mode === 'production' ? base : base.default(development);
    return present.transform((value) => new Secret(value));
  },
  /** HS256 secrets of at least 256 bits, separated by commas: the first signs, each verifies, so that one can go. */
  signingSecrets: (mode: Mode, development: string) => {
    const secrets = z
      .string()
      .transform((text) => text.split(',').map((secret) => secret.trim()))
      .refine((all) => all.every((secret) => secret.length >= 32), 'each must be at least 32 characters')
      .transform((all) => all.map((secret) => new Secret(secret)));
    return mode === 'production' ? secrets : secrets.prefault(development);
  },
} as const;

/** What rooms and gateways agree on without asking, on a laptop. */
export const DEVELOPMENT_ROOM_TOKEN_SECRET = 'development-room-token-secret-0123456789';

/** What every service reads. */
export const commonFields = {
  FANFARE_ENV: z.enum(['development', 'production']).default('development'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  OPS_HOST: field.text().default('127.0.0.1'),
  NATS_URL: field.text().default('nats://127.0.0.1:4222'),
  NATS_CREDS_FILE: field.optional(),
  NATS_TLS_CA_FILE: field.optional(),
  /** Copies of each stream and bucket: 3 in a cluster of three. */
  NATS_REPLICAS: field.integer(1, 5).default(1),
  GRPC_TLS_CA_FILE: field.optional(),
  GRPC_TLS_CERT_FILE: field.optional(),
  GRPC_TLS_KEY_FILE: field.optional(),
  SHUTDOWN_TIMEOUT_MS: field.integer(0, 600_000).default(10_000),
} as const;

/** What every service with an RPC server and a database reads, with the defaults that its manifest gives. */
export const serverFields = <Called extends ServiceName>({
  name,
  calls,
  database,
  publishes,
}: BackendManifest & { readonly calls: readonly Called[] }) =>
  ({
    ...commonFields,
    OPS_PORT: field.port().default(developmentOpsPort(name)),
    GRPC_HOST: field.text().default('127.0.0.1'),
    GRPC_PORT: field.port().default(developmentRpcPort(name)),
    /** Says that nobody else can reach the RPC port, where production would refuse to listen without TLS. */
    GRPC_PLAINTEXT: field.flag().default(false),
    DATABASE_URL: field.text(),
    DATABASE_POOL_SIZE: field.integer(1, 100).default(database.poolSize),
    /** The bound of the service's stream. NATS reserves it. */
    NATS_STREAM_BYTES: field.integer(2 ** 20, Number.MAX_SAFE_INTEGER).default(eventStreamBytes(publishes)),
    ...addressFields(calls),
  }) as const;

/** `ECONOMY_RPC_URL` for a service that calls economy: `host:port`, several replicas with commas. */
export type Addresses<Called extends string> = { readonly [Name in Called as AddressVariable<Name>]: string };

type AddressVariable<Name extends string> = `${Uppercase<Name>}_RPC_URL`;
type AddressFields<Called extends string> = { [Name in Called as AddressVariable<Name>]: z.ZodDefault<z.ZodString> };

function addressFields<Called extends ServiceName>(calls: readonly Called[]): AddressFields<Called> {
  const fields = calls.map((name) => [addressVariable(name), field.text().default(developmentAddress(name))]);
  return Object.fromEntries(fields) as AddressFields<Called>;
}

/**
 * Parses `env` by `schema` and freezes the result. An empty variable counts as unset.
 * @throws ConfigError naming every variable that is missing or wrong, with what would be right
 */
export function parseEnvironment<S extends z.ZodType>(
  service: string,
  schema: S,
  env: Environment,
): Readonly<z.output<S>> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(present);
  if (parsed.success) return Object.freeze(parsed.data);
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(service, problems);
}
