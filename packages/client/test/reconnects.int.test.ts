/** Connections that come, go, and come back: what an app and its surroundings do to them. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Client, type Connection, createClient } from '../src/index.ts';
import { createLink } from '../src/link.ts';
import { next } from './next.ts';
import { type Platform, startPlatform } from './platform.ts';

let platform: Platform;
let client: Client;
const open: Connection[] = [];

const tokens = { accessToken: 'a1', refreshToken: 'f1' };
const expired = { code: 4100, reason: 'TOKEN_EXPIRED', retryAfterMs: 0 };

beforeEach(async () => {
  platform = await startPlatform();
  platform.on['chat.send'] = (_payload, ack) => ack({ ok: true, data: {} });
  client = createClient({ url: platform.url });
  client.useTokens(tokens);
});
afterEach(async () => {
  for (const connection of open.splice(0)) connection.close();
  await platform.stop();
});

async function connect(by = client): Promise<Connection> {
  const connection = await by.connect();
  open.push(connection);
  return connection;
}

/** A port of the loopback interface on which nobody is. */
async function deadUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return `http://127.0.0.1:${port}`;
}

test('an event right behind the first session is shown to those who listen once connected', async () => {
  platform.behindSession = (socket) => void socket.emit('system', { n: 1 }, { ch: 'user.7', off: 'u1' });
  const connection = await connect();
  expect(await next(connection, 'system')).toEqual({ n: 1 });
});

test.each([[['polling'] as const], [['polling', 'websocket'] as const]])(
  'by %s everything is the same',
  async (transports) => {
    const polling = createClient({ url: platform.url, transports });
    polling.useTokens(tokens);
    const connection = await connect(polling);
    const shown = next(connection, 'system');
    platform.emit('system', { n: 1 }, 'user.7', 'u1');
    expect(await shown).toEqual({ n: 1 });
    platform.session = { off: 'u9', recovered: true };
    const back = next(connection, 'connected');
    platform.closeAll(4001, 'DRAINING', 0);
    expect(await back).toMatchObject({ recovered: true });
    expect(platform.handshakes[1]).toMatchObject({ off: 'u1' });
    await connection.sendChat(42, 'hello');
  },
);

test('where websockets are blocked, the next transport is tried', async () => {
  const blocked = await startPlatform(['polling']);
  const falling = createClient({ url: blocked.url, transports: ['websocket', 'polling'] });
  falling.useTokens(tokens);
  const connection = await falling.connect();
  expect(connection.session()).toMatchObject({ userId: 7 });
  connection.close();
  await blocked.stop();
});

test('every call of connect opens a socket of its own, which is closed by itself', async () => {
  const [one, other] = [await connect(), await connect()];
  expect(platform.handshakes).toHaveLength(2);
  const ended = next(one, 'closed');
  one.close();
  one.close();
  expect(await ended).toEqual({ code: null, reason: 'CLOSED' });
  const shown = next(other, 'system');
  platform.emit('system', {}, 'user.7', 'u1');
  await shown;
  await expect(one.sendChat(42, 'hello')).rejects.toMatchObject({ code: 'CLOSED', retryable: false });
});

test('a connection that is closed while it is away stays away, and what waits for it is refused', async () => {
  const connection = await connect();
  const away = next(connection, 'disconnected');
  platform.closeAll(4001, 'DRAINING', 10);
  await away;
  const waiting = connection.sendChat(42, 'hello');
  connection.close();
  await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
  const other = await connect();
  await other.sendChat(42, 'hello');
  expect(platform.handshakes).toHaveLength(2);
});

test('whoever waits for a connection can give up', async () => {
  const unreachable = createClient({ url: await deadUrl() });
  unreachable.useTokens(tokens);
  const giveUp = new AbortController();
  const connecting = unreachable.connect({ signal: giveUp.signal });
  giveUp.abort();
  await expect(connecting).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(unreachable.connect({ signal: giveUp.signal })).rejects.toMatchObject({ code: 'CLOSED' });
});

test('a token that expired while the network was away is renewed when both are back', async () => {
  let failures = 2;
  client = createClient({
    url: platform.url,
    fetch: (input, init) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new TypeError('Failed to fetch')) : fetch(input, init);
    },
  });
  client.useTokens(tokens);
  const connection = await connect();
  platform.rest['POST /auth/refresh'] = { accessToken: 'a2', refreshToken: 'f2', expiresIn: 900 };
  platform.refusals.push(expired);
  const gap = next(connection, 'gap');
  const back = next(connection, 'connected');
  platform.closeAll(4001, 'DRAINING', 0);
  // The hour away was too long to be recovered.
  expect(await gap).toEqual({ ch: 'user.7' });
  expect(await back).toMatchObject({ recovered: false });
  expect(platform.handshakes.map(({ token }) => token)).toEqual(['a1', 'a1', 'a2']);
});

test('codes of later releases end a connection by their range', async () => {
  platform.refusals.push({ code: 4599, reason: 'OF_A_LATER_RELEASE', retryAfterMs: null });
  await expect(client.connect()).rejects.toMatchObject({
    code: 'OF_A_LATER_RELEASE',
    details: { closingCode: '4599' },
  });
  platform.refusals.push({ code: 4499, reason: 'OF_ANOTHER', retryAfterMs: 0 });
  const connection = await connect();
  expect(connection.session()).toMatchObject({ userId: 7 });
});

test('a device that is told of a network again does not wait out what it had backed off to', async () => {
  const page = new EventTarget();
  const waits: number[] = [];
  const order: string[] = [];
  const slow = Promise.withResolvers<number>();
  const attempted = Promise.withResolvers<void>();
  const link = createLink({
    url: await deadUrl(),
    transports: ['websocket'],
    handshake: async () => {
      order.push('attempt');
      if (waits.length === 4) attempted.resolve();
      return {};
    },
    onOpen: () => {},
    onClosed: () => {},
    onEvent: () => {},
    onLost: (_reason, retryInMs) => {
      if (waits.push(retryInMs) === 4) slow.resolve(retryInMs);
    },
    page,
  });
  link.open();
  const fourthWait = await slow.promise;
  order.length = 0;
  const waitedOut = new Promise<void>((resolve) => {
    setTimeout(() => {
      order.push('waited out');
      resolve();
    }, fourthWait / 2);
  });
  page.dispatchEvent(new Event('online'));
  await Promise.all([attempted.promise, waitedOut]);
  expect(order[0]).toBe('attempt');
  link.close();
});
