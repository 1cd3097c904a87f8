import { ConfigError } from '@fanfare/kit';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

const DATABASE_URL = 'postgresql://identity@localhost/identity';
const production = { FANFARE_ENV: 'production', DATABASE_URL, SIGNING_KEY_SECRET: 'x'.repeat(32) };

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

test('a laptop has an administrator without asking, production only when both variables name one', () => {
  expect(readConfig({ DATABASE_URL })).toMatchObject({ ADMIN_USERNAME: 'admin', ADMIN_EMAIL: 'admin@fanfare.local' });
  expect(readConfig({ DATABASE_URL }).ADMIN_PASSWORD?.reveal()).toBe('fanfare-admin');
  expect(readConfig(production).ADMIN_EMAIL).toBeUndefined();
  expect(readConfig({ ...production, ADMIN_EMAIL: 'a@b.org', ADMIN_PASSWORD: 'a long secret' }).ADMIN_EMAIL).toBe(
    'a@b.org',
  );
});

test('half an administrator is refused everywhere', () => {
  for (const env of [{ DATABASE_URL }, production]) {
    expect(problemsOf({ ...env, ADMIN_EMAIL: 'a@b.org' })).toEqual([expect.stringContaining('ADMIN_PASSWORD')]);
    expect(problemsOf({ ...env, ADMIN_PASSWORD: 'a long secret' })).toEqual([expect.stringContaining('ADMIN_EMAIL')]);
  }
});

test('production does not start without a secret for its signing keys, and passwords do not show', () => {
  expect(problemsOf({ FANFARE_ENV: 'production', DATABASE_URL })).toEqual([
    expect.stringContaining('SIGNING_KEY_SECRET'),
  ]);
  expect(JSON.stringify(readConfig({ DATABASE_URL }))).not.toContain('fanfare-admin"');
});
