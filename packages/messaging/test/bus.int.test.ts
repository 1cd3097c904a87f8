import { setTimeout as delay } from 'node:timers/promises';
import { silentLogger } from '@fanfare/kit';
import { eventually, faultProxy, freePort, privateNats, type RunningServer } from '@fanfare/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bus, ensureStream, lease, openBucket, openBus } from '../src/index.ts';

let nats: RunningServer;
let bus: Bus;
beforeAll(async () => {
  nats = await privateNats();
  bus = await open(nats.url);
});
afterAll(async () => {
  await bus.stop?.();
  await nats.stop();
});

async function open(url: string): Promise<Bus> {
  const made = openBus({ url, name: 'test', log: silentLogger });
  await made.start?.();
  return made;
}

it('waits for a server that starts later', async () => {
  const port = await freePort();
  const opening = open(`nats://127.0.0.1:${port}`);
  await delay(150);
  const late = await privateNats({ port });
  const opened = await opening;
  expect(opened.connected()).toBe(true);
  await opened.stop?.();
  await late.stop();
});

it('says that it has no connection, comes back by itself, and counts its connections', async () => {
  const proxy = await faultProxy(nats.url);
  const proxied = await open(proxy.url);
  const changes: boolean[] = [];
  proxied.onConnection((connected) => changes.push(connected));
  proxy.cut();
  await eventually(() => expect(proxied.connected()).toBe(false));
  expect(proxied.tell('somebody')).toBe(false);
  proxy.pass();
  await eventually(() => expect(proxied.connected()).toBe(true));
  expect(changes).toEqual([false, true]);
  expect(proxied.generation()).toBe(2);
  await proxied.stop?.();
  await proxy.close();
});

it('tells whoever listens, and does not throw once it is closed', async () => {
  const heard: string[] = [];
  const closing = await open(nats.url);
  bus.connection.subscribe('greeting', { callback: (_, message) => void heard.push(message.string()) });
  await bus.connection.flush();
  expect(closing.tell('greeting', 'hello')).toBe(true);
  await closing.stop?.();
  expect(closing.tell('greeting', 'again')).toBe(false);
  await eventually(() => expect(heard).toEqual(['hello']));
});

it('stops also when its server is gone', async () => {
  const proxy = await faultProxy(nats.url);
  const proxied = await open(proxy.url);
  proxy.cut();
  await proxied.stop?.();
  await proxy.close();
});

it('creates a stream, changes it, and is not disturbed by other replicas doing the same', async () => {
  await Promise.all([1, 2, 3].map(() => ensureStream(bus, 'depot')));
  await ensureStream(bus, 'depot', { maxBytes: 1_000_000 });
  const { config } = await (await bus.manager()).streams.info('EVT_DEPOT');
  expect(config).toMatchObject({ subjects: ['evt.depot.>'], max_bytes: 1_000_000, allow_direct: true });
});

const TTL_MS = 1000;

function contender(
  on: Bus,
  holder: string,
  key: string,
  bucket = 'leases',
): ReturnType<typeof lease> & { readonly changes: boolean[] } {
  const changes: boolean[] = [];
  const onChange = (held: boolean): number => changes.push(held);
  const made = lease({ bus: on, bucket, key, ttlMs: TTL_MS, holder, log: silentLogger, onChange });
  return { ...made, changes };
}

it('gives a lease to one contender at a time, and to the next when it is given back', async () => {
  const [first, second] = [contender(bus, 'first', 'one'), contender(bus, 'second', 'one')];
  await first.start?.();
  await eventually(() => expect(first.held()).toBe(true));
  await second.start?.();
  await delay(2 * TTL_MS);
  expect([first.held(), second.held()]).toEqual([true, false]);
  expect(first.remainingMs()).toBeGreaterThan(0);
  await first.stop?.();
  expect(first.held()).toBe(false);
  await eventually(() => expect(second.held()).toBe(true));
  expect(first.changes).toEqual([true, false]);
  await second.stop?.();
});

it('lets a lease go when the connection is lost, and lets another have it after its time', async () => {
  const proxy = await faultProxy(nats.url);
  const proxied = await open(proxy.url);
  const [first, second] = [contender(proxied, 'first', 'two'), contender(bus, 'second', 'two')];
  await first.start?.();
  await eventually(() => expect(first.held()).toBe(true));
  await second.start?.();
  // Frozen, so that the holder is not told: its own deadline must end the lease before the key expires.
  proxy.stall();
  await eventually(() => {
    expect(first.held() && second.held()).toBe(false);
    expect(second.held()).toBe(true);
  });
  proxy.pass();
  await delay(TTL_MS);
  expect([first.held(), second.held()]).toEqual([false, true]);
  await second.stop?.();
  await first.stop?.();
  await proxied.stop?.();
  await proxy.close();
});

it('lets another have a lease after its time although the server has not removed what expired', async () => {
  await openBucket(bus, 'slow-to-expire');
  const dead = await open(nats.url);
  const [first, second] = [
    contender(dead, 'first', 'three', 'slow-to-expire'),
    contender(bus, 'second', 'three', 'slow-to-expire'),
  ];
  await first.start?.();
  await eventually(() => expect(first.held()).toBe(true));
  await second.start?.();
  // It renews and gives back nothing any more, like a process that was killed.
  await dead.connection.close();
  await eventually(() => expect(second.held()).toBe(true));
  expect(first.held()).toBe(false);
  await first.stop?.();
  await second.stop?.();
  await dead.stop?.();
});

it('opens a bucket that exists, with what is in it', async () => {
  const bucket = await openBucket(bus, 'kept');
  await bucket.put('key', 'value');
  expect((await (await openBucket(bus, 'kept')).get('key'))?.string()).toBe('value');
});
