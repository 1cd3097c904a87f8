import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { events } from '@fanfare/contracts';
import { systemClock } from '@fanfare/kit';
import { eventually, freePort, privateNats } from '@fanfare/testing';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodePosition } from '../src/edge/position.ts';
import { lossyNats } from './lossy-nats.ts';
import { notAParticipant, type RunningGateways, runGateways, type TestClient } from './running-gateways.ts';

let run: RunningGateways;

beforeEach(async () => {
  run = await runGateways();
});
afterEach(() => run.stop());

const idsOf = (client: TestClient): number[] => client.named('chat.message').map(({ data }) => data.id);
const numbers = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

async function say(room: number, first: number, last: number): Promise<void> {
  for (const id of numbers(first, last)) await run.emit(`room.${room}`, 'chat.message', { id });
}

async function enter(client: TestClient, room: number, more: object = {}, user = 7n, since = new Date()) {
  const { data, error } = await client.ask('room.join', { token: await run.roomToken(user, room, since), ...more });
  expect(error).toBeUndefined();
  return data as { off: string; recovered: boolean; room?: object };
}

/** The position of the last event shown. */
const lastOff = (client: TestClient): string =>
  client.shown.findLast(({ name }) => name === 'chat.message')?.at?.off ?? '';

describe('who comes back to a room', () => {
  it('gets exactly what was missed, in order, from any gateway, without asking the rooms service', async () => {
    const [first, second] = [await run.start(), await run.start()];
    const since = new Date();
    const one = await run.connect({ gateway: first });
    await enter(one, 42, {}, 7n, since);
    await say(42, 1, 5);
    await eventually(() => expect(idsOf(one)).toEqual(numbers(1, 5)));
    const off = lastOff(one);
    one.socket.disconnect();
    await first.stop();
    await say(42, 6, 205);
    await say(43, 1, 50);
    run.peers.rooms.getSnapshot = async () => Promise.reject(new Error('must not be asked'));
    const two = await run.connect({ gateway: second });
    const joined = await enter(two, 42, { off }, 7n, since);
    expect(joined).toEqual({ ch: 'room.42', off, recovered: true });
    await say(42, 206, 210);
    await eventually(() => expect(idsOf(two)).toEqual(numbers(6, 210)));
  });

  it('gets what was missed in a room that was silent when it was left', async () => {
    await run.start();
    const since = new Date();
    const one = await run.connect();
    const { off } = await enter(one, 42, {}, 7n, since);
    one.socket.disconnect();
    await say(42, 1, 3);
    const two = await run.connect();
    expect(await enter(two, 42, { off }, 7n, since)).toMatchObject({ recovered: true });
    await eventually(() => expect(idsOf(two)).toEqual([1, 2, 3]));
  });

  it('gets the events of the own channel the same way', async () => {
    await run.start();
    const one = await run.connect();
    const off = one.shown[0]?.data.off;
    one.socket.disconnect();
    await run.emit('user.7', 'balance.updated', { coins: '1.00' });
    const two = await run.connect({ auth: { off } });
    expect(two.shown[0]?.data).toMatchObject({ off, recovered: true });
    await eventually(() => expect(two.named('balance.updated')).toHaveLength(1));
  });

  it('recovers nothing from a position that is malformed, unknown, or of another room', async () => {
    await run.start();
    const since = new Date();
    const client = await run.connect();
    await enter(client, 43, {}, 7n, since);
    await run.emit('room.43', 'chat.message', { id: 1 });
    await eventually(() => expect(idsOf(client)).toEqual([1]));
    const seq = await run.emit('room.42', 'chat.message', { id: 1 });
    const wrong = ['abc', 7, {}, null, encodePosition({ seq, id: 'another' }), encodePosition({ seq: 9999, id: 'x' })];
    for (const off of [...wrong, lastOff(client)]) {
      expect(await enter(client, 42, { off }, 7n, since)).toMatchObject({ recovered: false, room: { id: 42 } });
    }
    await run.emit('room.42', 'chat.message', { id: 2 });
    await eventually(() => expect(idsOf(client)).toEqual([1, 2]));
  });

  it('recovers nothing when history was trimmed, and nothing when the stream is another one', async () => {
    await run.start();
    const since = new Date();
    const client = await run.connect();
    await enter(client, 42, {}, 7n, since);
    await say(42, 1, 3);
    await eventually(() => expect(idsOf(client)).toEqual([1, 2, 3]));
    const off = lastOff(client);
    const { streams } = await jetstreamManager(run.bus.connection);
    await say(42, 4, 6);
    await streams.purge('EDGE', { keep: 2 });
    expect(await enter(client, 42, { off }, 7n, since)).toMatchObject({ recovered: false });
    const { config } = await streams.info('EDGE');
    await streams.delete('EDGE');
    await streams.add(config);
    await say(42, 7, 20);
    expect(await enter(client, 42, { off }, 7n, since)).toMatchObject({ recovered: false });
  });

  it('recovers nothing after more than a client is faster to reload', async () => {
    await run.start();
    const since = new Date();
    const client = await run.connect();
    const { off } = await enter(client, 42, {}, 7n, since);
    client.socket.disconnect();
    await Promise.all(numbers(1, 1001).map((id) => run.emit('room.42', 'chat.message', { id })));
    const again = await run.connect();
    expect(await enter(again, 42, { off }, 7n, since)).toMatchObject({ recovered: false });
  });

  it('does not read what was said while being out of the room', async () => {
    await run.start();
    const client = await run.connect();
    const { off } = await enter(client, 42, {}, 7n, new Date());
    await run.emit('room.42', 'chat.message', { id: 'secret' });
    // A stay that began long after that position: it was another one.
    const later = new Date(Date.now() + 60_000);
    expect(await enter(client, 42, { off }, 7n, later)).toMatchObject({ recovered: false });
  });
});

describe('who was blocked', () => {
  const block = { roomId: 42n, userId: 7n, byUserId: 1n, reason: 'spam' };

  it('is taken out of the room on every gateway, and does not get back in with the old token', async () => {
    const [first, second] = [await run.start(), await run.start()];
    const since = new Date(Date.now() - 1000);
    const clients = [await run.connect({ gateway: first }), await run.connect({ gateway: second })];
    const other = await run.connect({ user: 8n });
    for (const client of clients) await enter(client, 42, {}, 7n, since);
    const { off } = await enter(other, 42, {}, 8n, since);
    await run.announce(events.memberBlocked, { ...block, blockedAt: new Date() });
    await eventually(() => {
      for (const client of clients) expect(client.named('room.member_blocked').length).toBeGreaterThan(0);
    });
    run.peers.rooms.getSnapshot = async () => Promise.reject(notAParticipant());
    await run.emit('room.42', 'chat.message', { id: 'secret' });
    await eventually(() => expect(idsOf(other)).toEqual(['secret']));
    for (const client of clients) {
      const token = await run.roomToken(7n, 42, since);
      const { error } = await client.ask('room.join', { token, off });
      expect(error.reason).toBe('NOT_A_PARTICIPANT');
      expect(idsOf(client)).toEqual([]);
    }
  });

  it('and let in again does not read what was said meanwhile', async () => {
    await run.start();
    const since = new Date();
    const client = await run.connect();
    const { off } = await enter(client, 42, {}, 7n, since);
    client.socket.disconnect();
    const other = await run.connect({ user: 8n });
    await enter(other, 42, {}, 8n);
    await run.announce(events.memberBlocked, { ...block, blockedAt: new Date() });
    await eventually(() => expect(other.named('room.member_blocked')).toHaveLength(1));
    await run.emit('room.42', 'chat.message', { id: 'secret' });
    const again = await run.connect();
    // The position is not ten seconds older than this stay, so only the block itself stands between.
    const joined = await enter(again, 42, { off }, 7n, new Date(Date.now() + 100));
    expect(joined).toMatchObject({ recovered: false });
    await run.emit('room.42', 'chat.message', { id: 'public' });
    await eventually(() => expect(idsOf(again)).toEqual(['public']));
  });
});

describe('a gateway', () => {
  it('repairs a message that was lost on its way from the stream', async () => {
    const lossy = await lossyNats(run.nats.url);
    const gateway = await run.start({ NATS_URL: lossy.url });
    const client = await run.connect({ gateway });
    await enter(client, 42);
    await say(42, 1, 2);
    await eventually(() => expect(idsOf(client)).toEqual([1, 2]));
    lossy.lose('edge.out.room.42');
    await say(42, 3, 4);
    lossy.lose(null);
    await say(42, 5, 5);
    await eventually(() => expect(idsOf(client)).toEqual([1, 2, 3, 4, 5]));
    await gateway.stop();
    await lossy.stop();
  });

  it('finds a message that was lost on its way when none follows, after half a minute of silence', async () => {
    const lossy = await lossyNats(run.nats.url);
    let aheadMs = 0;
    const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + aheadMs };
    const gateway = await run.start({ NATS_URL: lossy.url }, { clock });
    const client = await run.connect({ gateway });
    await enter(client, 42);
    await say(42, 1, 1);
    await eventually(() => expect(idsOf(client)).toEqual([1]));
    lossy.lose('edge.out.room.42');
    await say(42, 2, 3);
    lossy.lose(null);
    // The channels that have been silent for 29 s are compared every second.
    aheadMs = 29_000;
    await eventually(() => expect(idsOf(client)).toEqual([1, 2, 3]));
    await gateway.stop();
    await lossy.stop();
  });

  it('reads no more than ten messages for five that were missed, whatever else was published', async () => {
    const counted = await lossyNats(run.nats.url);
    const gateway = await run.start({ NATS_URL: counted.url });
    const client = await run.connect({ gateway });
    const since = new Date();
    await enter(client, 42, {}, 7n, since);
    await say(42, 1, 1);
    await eventually(() => expect(idsOf(client)).toEqual([1]));
    const off = lastOff(client);
    await client.ask('room.leave', { roomId: 42 });
    await Promise.all(numbers(1, 500).map((id) => run.emit(`room.${100 + (id % 50)}`, 'chat.message', { id })));
    await say(42, 2, 6);
    // Direct gets say which stream they are from, consumers in their reply subject.
    const reads = (): number => counted.delivered(/Nats-Stream: EDGE\r|\$JS\.ACK\.EDGE\./);
    const before = reads();
    expect(await enter(client, 42, { off }, 7n, since)).toMatchObject({ recovered: true });
    await eventually(() => expect(idsOf(client)).toEqual([1, 2, 3, 4, 5, 6]));
    expect(reads() - before).toBeLessThanOrEqual(10);
    expect(reads() - before).toBeGreaterThanOrEqual(5);
    await gateway.stop();
    await counted.stop();
  });

  it('tells its sockets of a loss when the stream is deleted, and creates it again', async () => {
    await run.start();
    const client = await run.connect();
    await enter(client, 42);
    await say(42, 1, 5);
    await eventually(() => expect(idsOf(client)).toEqual(numbers(1, 5)));
    const { streams } = await jetstreamManager(run.bus.connection);
    await streams.delete('EDGE');
    await eventually(async () => expect((await streams.info('EDGE')).config.republish).toBeDefined());
    await eventually(() => expect(client.named('resync').map(({ data }) => data.ch)).toContain('room.42'));
    await say(42, 6, 7);
    await eventually(() => expect(idsOf(client)).toEqual(numbers(1, 7)));
  });

  it('ignores what anybody but the stream publishes to it', async () => {
    await run.start();
    const client = await run.connect();
    await enter(client, 42);
    const forged = JSON.stringify({ name: 'chat.message', data: { id: 'forged' }, class: 'reliable' });
    run.bus.connection.publish('edge.out.room.42', forged);
    await say(42, 1, 1);
    await eventually(() => expect(idsOf(client)).toEqual([1]));
  });

  it('shows once and in order what was published while its bus was away, to clients that stay connected', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'fanfare-edge-'));
    const port = await freePort();
    let nats = await privateNats({ dataDir, port });
    try {
      const gateway = await run.start({ NATS_URL: nats.url });
      const client = await run.connect({ gateway });
      await enter(client, 42);
      process.kill(nats.pid, 'SIGKILL');
      await nats.ended;
      nats = await privateNats({ dataDir, port });
      const { connect } = await import('@nats-io/transport-node');
      const other = await connect({ servers: nats.url });
      for (const id of numbers(1, 20)) {
        const body = JSON.stringify({ name: 'chat.message', data: { id }, class: 'reliable' });
        await eventually(() => jetstream(other).publish('edge.in.room.42', body, { msgID: `m${id}` }));
      }
      await eventually(() => expect(idsOf(client)).toEqual(numbers(1, 20)));
      expect(client.socket.connected).toBe(true);
      await other.close();
      await gateway.stop();
    } finally {
      await nats.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
