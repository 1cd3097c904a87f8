import { createMetrics, newId, silentLogger } from '@fanfare/kit';
import { eventually, faultProxy, privateRedis, redisUrl } from '@fanfare/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLimiter, enforce, type Limiter } from '../src/limits/limiter.ts';
import type { Policy } from '../src/limits/policies.ts';

const slow: Policy = { name: 'test', by: 'user', capacity: 5, perSecond: 0.01 };
let first: Limiter;
let second: Limiter;

const open = (url: string, metrics = createMetrics('gateway'), answerMs = 10_000): Limiter =>
  createLimiter({ redisUrl: url, log: silentLogger, metrics, answerMs });

beforeAll(async () => {
  first = open(redisUrl());
  second = open(redisUrl());
  await Promise.all([first.start?.(), second.start?.()]);
});
afterAll(() => Promise.all([first.stop?.(), second.stop?.()]));

test('a limit holds over several gateways, however many ask at once', async () => {
  const key = newId();
  const asked = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? first : second).take(slow, key));
  const verdicts = await Promise.all(asked);
  expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(5);
  const refused = verdicts.find(({ allowed }) => !allowed);
  // A token takes 100 s at 0.01 a second.
  expect(refused?.retryAfterMs).toBeGreaterThan(90_000);
  expect(() => enforce(slow, refused as NonNullable<typeof refused>)).toThrow('Too many requests');
});

test('keys and policies have buckets of their own, and a cost takes that many tokens', async () => {
  const key = newId();
  expect(await first.take(slow, key, 5)).toMatchObject({ allowed: true, remaining: 0 });
  expect((await first.take(slow, key)).allowed).toBe(false);
  expect((await first.take(slow, newId())).allowed).toBe(true);
  expect((await first.take({ ...slow, name: 'other' }, key)).allowed).toBe(true);
});

test('a bucket refills', async () => {
  const quick: Policy = { name: 'quick', by: 'user', capacity: 1, perSecond: 50 };
  const key = newId();
  expect((await first.take(quick, key)).allowed).toBe(true);
  await eventually(async () => expect((await first.take(quick, key)).allowed).toBe(true));
});

test('while redis is away or hangs everything passes and is counted, and the limits are back with it', async () => {
  const redis = await privateRedis();
  const proxy = await faultProxy(redis.url);
  const metrics = createMetrics('gateway');
  const limiter = open(proxy.url, metrics, 500);
  await limiter.start?.();
  const key = newId();
  expect((await limiter.take(slow, key, 5)).allowed).toBe(true);
  expect((await limiter.take(slow, key)).allowed).toBe(false);
  proxy.stall();
  expect((await limiter.take(slow, key)).allowed).toBe(true);
  proxy.cut();
  expect((await limiter.take(slow, key)).allowed).toBe(true);
  expect(await metrics.getSingleMetricAsString('fanfare_limits_unchecked_total')).toContain('policy="test"');
  proxy.pass();
  await eventually(async () => expect((await limiter.take(slow, key)).allowed).toBe(false));
  await limiter.stop?.();
  await proxy.close();
  await redis.stop();
});

test('a gateway starts without redis', async () => {
  const limiter = open('redis://127.0.0.1:1');
  await limiter.start?.();
  expect((await limiter.take(slow, newId())).allowed).toBe(true);
  await limiter.stop?.();
});
