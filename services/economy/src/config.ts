import { type Environment, field, formatMinor, parseEnvironment, parseMinor, serverFields } from '@fanfare/kit';
import { z } from 'zod';
import { manifest } from '../manifest.ts';
import { RATE, rateOf } from './wallets/conversion.ts';

/** Points as decimal text, at least `minimum` minor units. */
const pointsField = (minimum: bigint, standard: string) =>
  z
    .string()
    .default(standard)
    .transform((text) => parseMinor(text) ?? -1n)
    .refine(
      (minor) => minor >= minimum,
      `must be a decimal of at least ${formatMinor(minimum)} with at most two places`,
    );

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError naming every variable that is missing or wrong */
export function readConfig(env: Environment) {
  return parseEnvironment(
    'economy',
    z.object({
      ...serverFields(manifest),
      LEDGER_QUEUE_SIZE: field.integer(256, 1_000_000).default(4096),
      COIN_REQUESTS_OPEN_MAX: field.integer(1, 10_000).default(20),
      DIAMONDS_TO_COINS_RATE: z.string().regex(RATE).default('1.00').transform(rateOf),
      POINTS_VIEWER_DAILY_CAP: pointsField(0n, '0.00'),
      POINTS_CREATOR_DAILY_CAP: pointsField(0n, '0.00'),
      POINTS_BOOST_PRICE: pointsField(1n, '10.00'),
      WITHDRAWAL_MIN: pointsField(1n, '1.00'),
      WITHDRAWAL_HOLD_DAYS: field.integer(1, 3650).default(30),
    }),
    env,
  );
}
