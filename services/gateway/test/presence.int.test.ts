import { silentLogger } from '@fanfare/kit';
import { eventually, freePort, privateRedis } from '@fanfare/testing';
import { Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { createPresence } from '../src/presence.ts';

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Pair = readonly [roomId: bigint, userId: bigint];

async function presenceOf(redisUrl: string, nodeName: string, pairs: readonly Pair[] = []) {
  const presence = createPresence({ redisUrl, nodeName, pairs: () => pairs, log: silentLogger });
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
});
