import { type Environment, field, parseEnvironment, serverFields } from '@fanfare/kit';
import { z } from 'zod';
import { manifest } from '../manifest.ts';

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError naming every variable that is missing or wrong */
export function readConfig(env: Environment) {
  const schema = z.object({
    ...serverFields(manifest),
    GIFT_SPLIT_VERSION: field.integer(1, 1_000_000).default(1),
    GIFT_RECIPIENT_BASIS_POINTS: field.integer(0, 10_000).default(5000),
    GIFT_QUEUE_LIMIT: field.integer(1, 100_000).default(2048),
    COMBO_WINDOW_MS: field.integer(100, 600_000).default(10_000),
    CATALOGUE_REFRESH_MS: field.integer(100, 3_600_000).default(60_000),
  });
  return parseEnvironment('gifting', schema, env);
}
