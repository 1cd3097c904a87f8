import { expect, test } from 'vitest';
import { eventStreamBytes } from './manifest.ts';

test('a stream has room for a week of what its service announces, in whole pieces', () => {
  const piece = 2 ** 26;
  expect(eventStreamBytes({ perSecond: 1, bytes: 100 })).toBe(piece);
  const bytes = eventStreamBytes({ perSecond: 10, bytes: 1400 });
  expect(bytes).toBeGreaterThanOrEqual(10 * 1400 * 7 * 86_400);
  expect(bytes - 10 * 1400 * 7 * 86_400).toBeLessThan(piece);
  expect(bytes % piece).toBe(0);
});
