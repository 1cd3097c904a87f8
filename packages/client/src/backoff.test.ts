import { expect, test } from 'vitest';
import { backoffMs, reconnectInMs } from './backoff.ts';

test('the pauses double up to a quarter of a minute and are spread over their upper half', () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 7, 60].map((attempt) => backoffMs(attempt, 1));
  expect(longest).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  expect(backoffMs(3, 0)).toBe(1000);
});

test('codes from 4500 end the connection, lower ones bring it back when the server asks', () => {
  expect(reconnectInMs({ code: 4500, reason: 'BANNED', retryAfterMs: 0 }, 0, 0)).toBeNull();
  expect(reconnectInMs({ code: 4999, reason: 'X' }, 3, 0.5)).toBeNull();
  expect(reconnectInMs({ code: 4001, reason: 'DRAIN', retryAfterMs: 2000 }, 0, 0)).toBe(2000);
  expect(reconnectInMs({ code: 4001, reason: 'DRAIN', retryAfterMs: 2000 }, 0, 1)).toBe(3000);
  expect(reconnectInMs({ code: 4499, reason: 'SLOW' }, 2, 1)).toBe(1000);
  expect(reconnectInMs(null, 2, 1)).toBe(1000);
});

test('clients that were cut off together come back over a second', () => {
  expect([0, 0.5, 1].map((random) => reconnectInMs(null, 0, random))).toEqual([0, 500, 1000]);
  expect(reconnectInMs(null, 1, 1)).toBe(500);
});

test('a server that keeps sending clients away is left alone for longer', () => {
  expect(reconnectInMs({ code: 4000, reason: 'FULL', retryAfterMs: 0 }, 5, 1)).toBe(8000);
});
