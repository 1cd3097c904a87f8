import { type Environment, field, parseEnvironment, serverFields } from '@fanfare/kit';
import { z } from 'zod';
import { RATE, rateOf } from './conversion.ts';

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError naming every variable that is missing or wrong */
export function readConfig(env: Environment) {
  return parseEnvironment(
    'economy',
    z.object({
      ...serverFields,
      GRPC_PORT: field.port().default(7102),
      OPS_PORT: field.port().default(7202),
      LEDGER_QUEUE_SIZE: field.integer(256, 1_000_000).default(4096),
      COIN_REQUESTS_OPEN_MAX: field.integer(1, 10_000).default(20),
      DIAMONDS_TO_COINS_RATE: z.string().regex(RATE).default('1.00').transform(rateOf),
    }),
    env,
  );
}
