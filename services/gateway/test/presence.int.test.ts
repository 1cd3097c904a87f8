import { silentLogger } from '@fanfare/kit';
import { eventually, freePort, privateRedis } from '@fanfare/testing';
import { Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { createPresence } from '../src/presence/presence.ts';

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Pair = readonly [roomId: bigint, userId: bigint];

async function presenceOf(redisUrl: string, nodeName: string, pairs: readonly Pair[] = []) {
  const users = () => pairs.map(([, userId]) => userId);
  const presence = createPresence({ redisUrl, nodeName, pairs: () => pairs, users, log: silentLogger });
  await presence.start?.();
  closers.push(() => presence.stop?.());
  return presence;
}

it('knows who is in a room, and which gateway held the last socket there', async () => {
  const redis = await privateRedis();
  closers.push(redis.stop);
  const [one, two] = [await presenceOf(redis.url, 'one'), await presenceOf(redis.url, 'two')];
  expect(await one.isPresent(42n, 7n)).toBe(false);
  await one.announce(42n, 7n);
  await two.announce(42n, 7n);
  await eventually(async () => expect(await two.isPresent(42n, 7n)).toBe(true));
  expect(await one.withdraw(42n, 7n)).toBe(false);
  expect(await two.withdraw(42n, 7n)).toBe(true);
});

it('knows who is online, on whichever gateway', async () => {
  const redis = await privateRedis();
  closers.push(redis.stop);
  const [one, two] = [await presenceOf(redis.url, 'one'), await presenceOf(redis.url, 'two')];
  for (const gateway of [one, two]) gateway.cameOnline(7n);
  one.cameOnline(8n);
  await eventually(async () => expect(await two.areOnline([7n, 8n, 9n])).toEqual([true, true, false]));
  for (const userId of [7n, 8n]) one.wentOffline(userId);
  await eventually(async () => expect(await two.areOnline([7n, 8n])).toEqual([true, false]));
});

it('counts nothing that a dead gateway holds', async () => {
  const redis = await privateRedis();
  closers.push(redis.stop);
  const [dying, living] = [await presenceOf(redis.url, 'dying'), await presenceOf(redis.url, 'living')];
  await dying.announce(42n, 7n);
  await living.announce(42n, 7n);
  dying.cameOnline(7n);
  await eventually(async () => expect(await living.areOnline([7n])).toEqual([true]));
  // What remains of a killed gateway once its lease has ended: it takes back nothing.
  await dying.stop?.();
  expect(await living.areOnline([7n])).toEqual([false]);
  expect(await living.withdraw(42n, 7n)).toBe(true);
});

it('does not announce again who has left while it announced the others', async () => {
  const redis = await privateRedis();
  closers.push(redis.stop);
  const there = new Set(Array.from({ length: 1000 }, (_, index) => BigInt(index + 1)));
  const users = function* () {
    for (const userId of there) yield userId;
  };
  const options = { redisUrl: redis.url, nodeName: 'one', pairs: () => [], users, log: silentLogger };
  const presence = createPresence(options);
  closers.push(() => presence.stop?.());
  await presence.start?.();
  there.delete(1000n);
  presence.wentOffline(1000n);
  await eventually(async () => expect(await presence.areOnline([999n, 1000n])).toEqual([true, false]));
});

it('announces every socket again to a Redis that came back empty', async () => {
  const port = await freePort();
  const first = await privateRedis({ port });
  await presenceOf(first.url, 'one', [
    [42n, 7n],
    [43n, 8n],
  ]);
  await first.stop();
  const second = await privateRedis({ port });
  closers.push(second.stop);
  const reader = new Redis(second.url);
  closers.push(() => reader.disconnect());
  await eventually(async () => expect(await reader.zrange('presence:rooms', '0', '-1')).toEqual(['42:7', '43:8']));
});

it('says nobody is the last while Redis is away', async () => {
  const presence = await presenceOf(`redis://127.0.0.1:${await freePort()}`, 'one');
  expect(await presence.withdraw(42n, 7n)).toBe(false);
  expect(await presence.isPresent(42n, 7n)).toBe(false);
  await expect(presence.areOnline([7n])).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
});
