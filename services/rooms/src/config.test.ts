import { ConfigError } from '@fanfare/kit';
import { expect, it } from 'vitest';
import { readConfig } from './config.ts';

const env = { DATABASE_URL: 'postgresql://x' };
const SECRET = 'a-secret-with-at-least-32-characters';

it('a laptop needs no secret, production refuses to start without one', () => {
  expect(readConfig(env).ROOM_TOKEN_SECRETS).toHaveLength(1);
  const production = { ...env, FANFARE_ENV: 'production' };
  expect(() => readConfig(production)).toThrow(ConfigError);
  expect(() => readConfig({ ...production, ROOM_TOKEN_SECRETS: `${SECRET},short` })).toThrow(/ROOM_TOKEN_SECRETS/);
  const [first, second] = readConfig({
    ...production,
    ROOM_TOKEN_SECRETS: `${SECRET}-1, ${SECRET}-2`,
  }).ROOM_TOKEN_SECRETS;
  expect([first?.reveal(), second?.reveal()]).toEqual([`${SECRET}-1`, `${SECRET}-2`]);
});

it('refuses a default capacity above the greatest one', () => {
  expect(() => readConfig({ ...env, ROOM_CAPACITY_DEFAULT: '11', ROOM_CAPACITY_MAX: '10' })).toThrow(
    /ROOM_CAPACITY_DEFAULT/,
  );
});
