import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ACCOUNT_POLICY,
  ADDRESS_POLICY,
  addressKey,
  afterFailure,
  lockedForSeconds,
  type Throttle,
  type ThrottlePolicy,
} from './throttle.ts';

const START = new Date('2026-01-01T00:00:00Z');
const later = (from: Date, seconds: number): Date => new Date(from.getTime() + seconds * 1000);

/** The locks in seconds of `count` failures, each as soon as the lock before it is over. */
function series(policy: ThrottlePolicy, count: number): number[] {
  let throttle: Throttle | null = null;
  let now = START;
  return Array.from({ length: count }, () => {
    throttle = afterFailure(policy, throttle, now);
    const wait = lockedForSeconds([throttle], now);
    now = later(now, wait);
    return wait;
  });
}

test('the series of an account is the documented one', () => {
  expect(series(ACCOUNT_POLICY, 14)).toEqual([0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
});

test('an address has fifty free failures and then the same back-off', () => {
  expect(series(ADDRESS_POLICY, 52).slice(48)).toEqual([0, 0, 5, 10]);
});

test('a series is forgotten after its time without a failure', () => {
  const locked: Throttle = { failures: 9, lastFailureAt: START, lockedUntil: later(START, 80) };
  expect(afterFailure(ACCOUNT_POLICY, locked, later(START, 86_399)).failures).toBe(10);
  expect(afterFailure(ACCOUNT_POLICY, locked, later(START, 86_400)).failures).toBe(1);
});

test('the longest lock counts, rounded up to whole seconds', () => {
  const until = (seconds: number | null): Throttle => ({
    failures: 1,
    lastFailureAt: START,
    lockedUntil: seconds === null ? null : later(START, seconds),
  });
  expect(lockedForSeconds([], START)).toBe(0);
  expect(lockedForSeconds([until(null), until(3.2), until(-5)], START)).toBe(4);
});

test('a lock never shrinks while failures go on and never passes its cap', () => {
  const failures = fc.array(fc.integer({ min: 0, max: 3600 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(failures, (gaps) => {
      let throttle: Throttle | null = null;
      let now = START;
      let before = 0;
      for (const gap of gaps) {
        now = later(now, gap);
        throttle = afterFailure(ACCOUNT_POLICY, throttle, now);
        const lock = lockedForSeconds([throttle], now);
        expect(lock).toBeGreaterThanOrEqual(before);
        expect(lock).toBeLessThanOrEqual(900);
        before = lock;
      }
    }),
  );
});

test('an IPv6 address counts with its whole /64, a mapped IPv4 address as itself', () => {
  expect(addressKey('2001:db8:0:1::7')).toBe('2001:db8:0:1::/64');
  expect(addressKey('2001:0db8:0000:0001:a:b:c:d')).toBe('2001:db8:0:1::/64');
  expect(addressKey('::1')).toBe('0:0:0:0::/64');
  expect(addressKey('::ffff:10.0.0.7')).toBe('10.0.0.7');
  expect(addressKey('10.0.0.7')).toBe('10.0.0.7');
  expect(addressKey('')).toBeNull();
});
