import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sql } from '@fanfare/database';
import { eventually, type FaultProxy, faultProxy, freePort, privateNats, type RunningServer } from '@fanfare/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Bus, ensureStream, type Relay, replay } from '../src/index.ts';
import { reconcile, viewStream } from '../src/outbox/reconcile.ts';
import { outboxTables } from '../src/outbox/store.ts';
import { move, moved, openPlatform, type Platform, SERVICE, STREAM } from './platform.ts';
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

/** Stops the server, does something to its files, starts it again. */
async function restartNats(between: () => void = () => {}): Promise<void> {
  await nats.stop();
  between();
  nats = await privateNats({ port: nats.port, dataDir: join(folder, 'nats') });
}

const waiting = async (): Promise<number> => {
  const { rows } = await platform.database.query<{ count: number }>('select count(*)::int from platform.outbox');
  return rows[0]?.count ?? 0;
};

it.each(['cut', 'stall'] as const)(
  'holds no commit while the way to NATS is %s, and publishes everything afterwards',
  async (how) => {
    await send(1, 10);
    await expectVersions(upTo(10));
    await settled();
    proxy[how]();
    for (let next = 11; next <= 1010; next += 100) await send(next, 100);
    expect(await waiting()).toBe(1000);
    proxy.cut();
    proxy.pass();
    await expectVersions(upTo(1010));
  },
);

it('doubles nothing when answers of the stream are lost', async () => {
  await send(1, 10);
  await expectVersions(upTo(10));
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

/** A new stream in which somebody else was first: sequences of events that are published again only grow. */
async function recreateWithStrays(count: number): Promise<void> {
  await relay.stop?.();
  await (await bus.manager()).streams.delete(STREAM);
  await ensureStream(bus, SERVICE, { duplicateWindowMs: DUPLICATE_WINDOW_MS });
  for (const version of upTo(count)) {
    await bus.jetstream().publish(moved.subject, JSON.stringify({ entity: 'stray', version }));
  }
}

const isNotedWhereItIs = async (): Promise<void> => {
  const { rows } = await platform.database.query<{ message_id: string; stream_seq: string }>(
    'select message_id, stream_seq from platform.outbox_sent order by stream_seq',
  );
  const stored = (await storedEvents(bus)).filter((event) => event.entity !== 'stray');
  expect(rows.map((row) => [row.message_id, Number(row.stream_seq)])).toEqual(
    stored.map((event) => [event.messageId, event.seq]),
  );
};

it.each([1, 5, 600])('completes a recreated stream in which %i messages of others are', async (strays) => {
  await send(1, 600);
  await settled();
  await recreateWithStrays(strays);
  await platform.relay();
  await send(601, 10);
  await eventually(async () => {
    expect(versionsOf(await storedEvents(bus))).toEqual({ stray: upTo(strays), a: upTo(610) });
  }, 15_000);
  await settled();
  await isNotedWhereItIs();
});

it('completes a recreated stream after it was interrupted, in the order it had before', async () => {
  await send(1, 600);
  await settled();
  expect(await replay(platform.database, { fromSeq: 1n, toSeq: 3n })).toBe(3);
  relay.wake();
  await settled();
  await recreateWithStrays(5);
  await send(601, 10);
  let windows = 0;
  const interrupted: Sql = {
    query: (text, values) => {
      windows += text.includes('delete from platform.outbox_sent') ? 1 : 0;
      if (windows === 2) throw new Error('interrupted');
      return platform.database.query(text, values);
    },
  };
  const view = await viewStream(await bus.manager(), STREAM);
  await expect(reconcile(outboxTables(interrupted), view, () => {})).rejects.toThrow('interrupted');
  await platform.relay();
  await eventually(async () => {
    expect(versionsOf(await storedEvents(bus))).toEqual({
      stray: upTo(5),
      a: [...upTo(600), 1, 2, 3, ...upTo(610).slice(600)],
    });
  }, 15_000);
  await settled();
  await isNotedWhereItIs();
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
