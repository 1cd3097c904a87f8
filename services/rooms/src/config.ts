import {
  DEVELOPMENT_ROOM_TOKEN_SECRET,
  type Environment,
  field,
  modeOf,
  parseEnvironment,
  serverFields,
} from '@fanfare/kit';
import { z } from 'zod';
import { manifest } from '../manifest.ts';

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError naming every variable that is missing or wrong */
export function readConfig(env: Environment) {
  const mode = modeOf(env);
  const schema = z.object({
    ...serverFields(manifest),
    REDIS_URL: field.text().default('redis://127.0.0.1:6379'),
    ROOM_TOKEN_SECRETS: field.signingSecrets(mode, DEVELOPMENT_ROOM_TOKEN_SECRET),
    ROOM_TOKEN_TTL_SECONDS: field.integer(60, 86_400).default(3600),
    MAX_OWNED_ROOMS: field.integer(1, 1000).default(1),
    ROOM_CAPACITY_DEFAULT: field.integer(1, 100_000).default(1000),
    ROOM_CAPACITY_MAX: field.integer(1, 100_000).default(10_000),
    ROOM_SEATS: field.integer(0, 64).default(8),
    GIFT_RECIPIENTS_MUST_BE_IN_ROOM: field.flag().prefault('true'),
    PRESENCE_SWEEP_MS: field.integer(50, 60_000).default(5000),
    PRESENCE_GRACE_MS: field.integer(100, 3_600_000).default(60_000),
    CHAT_RETENTION_DAYS: field.integer(1, 3650).default(30),
  });
  const capacityFits = schema.refine((config) => config.ROOM_CAPACITY_DEFAULT <= config.ROOM_CAPACITY_MAX, {
    path: ['ROOM_CAPACITY_DEFAULT'],
    message: 'must not be above ROOM_CAPACITY_MAX',
  });
  return parseEnvironment('rooms', capacityFits, env);
}
