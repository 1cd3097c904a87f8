import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigError, field, modeOf, parseEnvironment, Secret } from './config.ts';

test('every problem is reported at once', () => {
  const schema = z.object({ GRPC_PORT: field.port(), DATABASE_URL: field.text() });
  const attempt = (): unknown => parseEnvironment('economy', schema, { GRPC_PORT: 'eighty', DATABASE_URL: '' });
  expect(attempt).toThrow(ConfigError);
  expect(attempt).toThrow(/GRPC_PORT[\s\S]*DATABASE_URL/);
});

test('a secret has a default on a laptop and none in production', () => {
  const schema = (mode: 'development' | 'production') => z.object({ KEY: field.secret(mode, 'laptop') });
  expect(parseEnvironment('x', schema('development'), {}).KEY.reveal()).toBe('laptop');
  expect(() => parseEnvironment('x', schema('production'), {})).toThrow(/KEY/);
  expect(() => parseEnvironment('x', schema('production'), { KEY: 'short' })).toThrow(/32 characters/);
});

test('a secret shows itself nowhere', () => {
  const secret = new Secret('hunter2');
  expect(`${secret} ${JSON.stringify({ secret })} ${inspect(secret)}`).not.toContain('hunter2');
});

test('a configuration cannot be changed', () => {
  const config = parseEnvironment('x', z.object({ A: field.text() }), { A: '1' });
  expect(() => Object.assign(config, { A: '2' })).toThrow(TypeError);
});

test('anything but production is development', () => {
  expect(modeOf({ FANFARE_ENV: 'production' })).toBe('production');
  expect(modeOf({})).toBe('development');
});
