import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { shortenableWait } from './shortenable-wait.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a wait ends once, sooner when it is shortened, never later, and not at all when it is stopped', () => {
  let ended = 0;
  const wait = shortenableWait(() => {
    ended += 1;
  });
  wait.start(1000);
  wait.shorten(5000);
  vi.advanceTimersByTime(999);
  expect(ended).toBe(0);
  vi.advanceTimersByTime(1);
  expect(ended).toBe(1);
  wait.shorten(1);
  vi.runAllTimers();
  expect(ended).toBe(1);
  wait.start(1000);
  wait.shorten(10);
  vi.advanceTimersByTime(10);
  expect(ended).toBe(2);
  vi.runAllTimers();
  expect(ended).toBe(2);
  wait.start(1000);
  wait.stop();
  vi.runAllTimers();
  expect(ended).toBe(2);
});
