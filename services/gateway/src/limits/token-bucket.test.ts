import { fakeClock } from '@fanfare/kit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectionBucket } from './connection-bucket.ts';
import { defaultPolicies, policiesOf } from './policies.ts';
import { fullBucket, take } from './token-bucket.ts';

test('a bucket lets its capacity pass at once, refuses the next, and says when it passes', () => {
  const clock = fakeClock(new Date(0));
  const bucket = connectionBucket({ capacity: 3, perSecond: 2 }, clock);
  expect([1, 2, 3].map(() => bucket.take().allowed)).toEqual([true, true, true]);
  expect(bucket.take()).toEqual({ allowed: false, remaining: 0, retryAfterMs: 500 });
  clock.advance(500);
  expect(bucket.take().allowed).toBe(true);
  expect(bucket.take().allowed).toBe(false);
});

test('whatever is asked when, no more passes than capacity and refill allow', () => {
  const steps = fc.array(fc.record({ wait: fc.nat(2000), cost: fc.integer({ min: 1, max: 5 }) }), { maxLength: 50 });
  fc.assert(
    fc.property(
      steps,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 50 }),
      (asked, capacity, perSecond) => {
        const rate = { capacity, perSecond };
        let bucket = fullBucket(rate, 0);
        let now = 0;
        let passed = 0;
        for (const { wait, cost } of asked) {
          now += wait;
          const taken = take(rate, bucket, cost, now);
          bucket = taken.bucket;
          if (taken.verdict.allowed) passed += cost;
          expect(passed).toBeLessThanOrEqual(capacity + (now * perSecond) / 1000 + 1e-6);
        }
      },
    ),
  );
});

test('whoever waits as long as the refusal says passes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.double({ min: 0.1, max: 100, noNaN: true }),
      (capacity, perSecond) => {
        const rate = { capacity, perSecond };
        const emptied = take(rate, fullBucket(rate, 0), capacity, 0);
        const refused = take(rate, emptied.bucket, 1, 0);
        const { retryAfterMs } = refused.verdict;
        expect(take(rate, refused.bucket, 1, retryAfterMs + 1).verdict.allowed).toBe(true);
      },
    ),
  );
});

test('the default limits let 100 commands pass in a burst', () => {
  for (const policy of Object.values(defaultPolicies)) {
    const bucket = connectionBucket(policy, fakeClock(new Date(0)));
    expect(Array.from({ length: 100 }, () => bucket.take().allowed).every(Boolean)).toBe(true);
  }
});

test('limits are changed by name, switched off as a whole, and refused when they cannot be read', () => {
  expect(policiesOf(undefined)).toEqual(defaultPolicies);
  expect(policiesOf('user=5/0.5, ip=7/1').user).toMatchObject({ capacity: 5, perSecond: 0.5, by: 'user' });
  expect(policiesOf('user=5/0.5, ip=7/1').connection).toEqual(defaultPolicies.connection);
  expect(connectionBucket(policiesOf('off').connection, fakeClock(new Date(0))).take(1e9).allowed).toBe(true);
  for (const text of ['user=5', 'room=5/1', 'user=0/1', 'user=5/0', 'toString=5/1', '']) {
    expect(() => policiesOf(text)).toThrow('rate limit');
  }
});
