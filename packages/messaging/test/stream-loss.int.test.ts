import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, type FaultProxy, faultProxy, freePort, privateNats, type RunningServer } from '@fanfare/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Bus, Relay } from '../src/index.ts';
import { move, openPlatform, type Platform, STREAM } from './platform.ts';
import { storedEvents, upTo, versionsOf } from './stored.ts';

/** Short, so that a test can outlive it. */
const DUPLICATE_WINDOW_MS = 100;

let folder: string;
let platform: Platform;
let nats: RunningServer;
let bus: Bus;
let relay: Relay;
let proxy: FaultProxy;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fanfare-stream-loss-'));
  const port = await freePort();
  platform = await openPlatform({ port, dataDir: join(folder, 'nats') });
  nats = platform.nats;
  proxy = await faultProxy(nats.url);
  bus = await platform.bus();
  relay = await platform.relay({
    bus: await platform.bus(proxy.url),
    stream: { duplicateWindowMs: DUPLICATE_WINDOW_MS },
  });
});
afterEach(async () => {
  await platform.close();
  await nats.stop();
  await proxy.close();
  rmSync(folder, { recursive: true, force: true });
});

async function send(from: number, count: number): Promise<void> {
  await move(platform.database, 'a', from, count);
  relay.wake();
}

const expectVersions = (expected: readonly number[]): Promise<void> =>
  eventually(async () => expect(versionsOf(await storedEvents(bus))).toEqual({ a: expected }), 15_000);

/** Everything went out and was noted. */
const settled = (): Promise<void> =>
  eventually(async () => {
    const { rows } = await platform.database.query('select 1 from platform.outbox limit 1');
    expect(rows).toHaveLength(0);
  });

/** The leader has had its first look at the stream: for five seconds it asks for nothing but acknowledgements. */
const inspected = (): Promise<void> =>
  eventually(async () => {
    const { rows } = await platform.database.query(
      "select 1 from pg_inherits where inhparent = 'platform.outbox_sent'::regclass",
    );
    expect(rows.length).toBeGreaterThan(1);
  });

/** Stops the server, does something to its files, starts it again. */
async function restartNats(between: () => void = () => {}): Promise<void> {
  await nats.stop();
  between();
  nats = await privateNats({ port: nats.port, dataDir: join(folder, 'nats') });
}

it('keeps what is committed while NATS is away and publishes it afterwards', async () => {
  await send(1, 10);
  await expectVersions(upTo(10));
  proxy.cut();
  await send(11, 1000);
  proxy.pass();
  await expectVersions(upTo(1010));
});

it('doubles nothing when answers of the stream are lost', async () => {
  await send(1, 10);
  await expectVersions(upTo(10));
  await inspected();
  proxy.loseAnswers();
  await send(11, 300);
  await eventually(async () => expect(await storedEvents(bus)).toHaveLength(10 + 256));
  proxy.cut();
  proxy.pass();
  await expectVersions(upTo(310));
});

it('goes on publishing on a platform that was idle while NATS restarted', async () => {
  await send(1, 10);
  await settled();
  await new Promise((resolve) => setTimeout(resolve, 2 * DUPLICATE_WINDOW_MS));
  await restartNats();
  await send(11, 10);
  await expectVersions(upTo(20));
});

it('completes a stream that was deleted under it', async () => {
  await send(1, 600);
  await settled();
  await (await bus.manager()).streams.delete(STREAM);
  await send(601, 10);
  await expectVersions(upTo(610));
});

it('completes a stream whose server lost all its files', async () => {
  await send(1, 600);
  await settled();
  await restartNats(() => rmSync(join(folder, 'nats'), { recursive: true, force: true }));
  await expectVersions(upTo(600));
});

it('completes a stream that was restored from an older copy, also when the copy is restored twice', async () => {
  await send(1, 300);
  await settled();
  const copy = join(folder, 'copy');
  await restartNats(() => cpSync(join(folder, 'nats'), copy, { recursive: true }));
  await send(301, 700);
  await settled();
  for (const next of [1001, 1101]) {
    await restartNats(() => {
      rmSync(join(folder, 'nats'), { recursive: true, force: true });
      cpSync(copy, join(folder, 'nats'), { recursive: true });
    });
    await send(next, 100);
    await settled();
    await expectVersions(upTo(next + 99));
  }
});

it('does not publish again what was purged', async () => {
  await send(1, 300);
  await settled();
  await (await bus.manager()).streams.purge(STREAM);
  await send(301, 10);
  await settled();
  await restartNats();
  await send(311, 10);
  await settled();
  await expectVersions(upTo(320).slice(300));
});
