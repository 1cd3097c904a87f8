/** Streams of producers that have not started: they are there for whoever has events, and stay their producer's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Part, silentLogger } from '@fanfare/kit';
import { type Bus, ensureStream, openBus } from '@fanfare/messaging';
import { eventually, freePort, privateNats } from '@fanfare/testing';
import { afterEach, expect, it } from 'vitest';
import { expectedStreams } from '../src/expected-streams.ts';

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function startBus(url: string): Promise<Bus> {
  const bus = openBus({ url, name: 'test', log: silentLogger });
  await bus.start?.();
  opened.push(() => bus.stop?.());
  return bus;
}

async function expecting(bus: Bus, producers: readonly string[], maxBytes = 2 ** 20): Promise<Part> {
  const streams = expectedStreams({ bus, producers, stream: { maxBytes }, log: silentLogger });
  await streams.start?.();
  opened.push(() => streams.stop?.());
  return streams;
}

const infoOf = async (bus: Bus, stream: string) => (await bus.manager()).streams.info(stream);

it('a stream is created for a producer that is away, and becomes its own when it comes', async () => {
  const nats = await privateNats();
  opened.push(nats.stop);
  const bus = await startBus(nats.url);
  await expecting(bus, ['social', 'billing']);
  await eventually(async () => {
    for (const name of ['EVT_SOCIAL', 'EVT_BILLING']) expect((await infoOf(bus, name)).config.max_bytes).toBe(2 ** 20);
  });
  await ensureStream(bus, 'social', { maxBytes: 2 ** 21 });
  expect((await infoOf(bus, 'EVT_SOCIAL')).config).toMatchObject({ max_bytes: 2 ** 21, subjects: ['evt.social.>'] });
});

it('a stream that exists keeps the configuration of its producer', async () => {
  const nats = await privateNats();
  opened.push(nats.stop);
  const bus = await startBus(nats.url);
  await ensureStream(bus, 'social', { maxBytes: 2 ** 21 });
  await expecting(bus, ['social', 'billing']);
  await eventually(() => infoOf(bus, 'EVT_BILLING'));
  expect((await infoOf(bus, 'EVT_SOCIAL')).config.max_bytes).toBe(2 ** 21);
});

it('streams are created again when the server comes back without its files', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'fanfare-streams-'));
  opened.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const port = await freePort();
  const first = await privateNats({ port, dataDir });
  const bus = await startBus(first.url);
  await expecting(bus, ['social']);
  await eventually(() => infoOf(bus, 'EVT_SOCIAL'));
  await first.stop();
  rmSync(dataDir, { recursive: true });
  const second = await privateNats({ port, dataDir });
  opened.push(second.stop);
  await eventually(() => infoOf(bus, 'EVT_SOCIAL'));
});

it('starting does not wait for a server that refuses the streams, nor does stopping', async () => {
  const nats = await privateNats();
  opened.push(nats.stop);
  const bus = await startBus(nats.url);
  // Beyond the server's file store.
  const streams = await expecting(bus, ['social'], 2 ** 50);
  await expect(infoOf(bus, 'EVT_SOCIAL')).rejects.toThrow();
  await streams.stop?.();
  opened.pop();
});
