import { expect, test } from 'vitest';
import { KEY_CACHE_MS, verifies, verifiesUntil } from './key-states.ts';

const NOW = new Date('2026-01-01T00:00:00Z');

test('a key verifies before it signs, while it signs, and until the last token it can have signed has expired', () => {
  const until = verifiesUntil(NOW, 900);
  const at = (ms: number) => verifies({ state: 'retired', verifiesUntil: until }, new Date(NOW.getTime() + ms));
  expect(verifies({ state: 'next', verifiesUntil: null }, NOW)).toBe(true);
  expect(verifies({ state: 'current', verifiesUntil: null }, NOW)).toBe(true);
  expect(at(KEY_CACHE_MS + 900_000)).toBe(true);
  expect(at(KEY_CACHE_MS + 960_000)).toBe(false);
});
