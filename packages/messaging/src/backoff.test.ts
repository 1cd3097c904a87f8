import { expect, it } from 'vitest';
import { backoffMs, eventRetryMs } from './backoff.ts';

it('doubles the pause before the next attempt up to two seconds', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 100].map(backoffMs)).toEqual([100, 200, 400, 800, 1600, 2000, 2000, 2000]);
});

it('tries a failing event seven times within 6.3 s', () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7].map(eventRetryMs);
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, null]);
  expect(pauses.reduce<number>((sum, pause) => sum + (pause ?? 0), 0)).toBe(6300);
});
