import { eventually } from '@fanfare/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Client, type Connection, createClient, type Tokens } from '../src/index.ts';
import { next } from './next.ts';
import { type Platform, startPlatform } from './platform.ts';

let platform: Platform;
let client: Client;
let connection: Connection | undefined;

const room = { id: 42, name: 'Lounge' };
const empty = { seats: [], participants: [], messages: [] };

beforeEach(async () => {
  platform = await startPlatform();
  platform.rest['POST /rooms/42/join'] = { room, token: 'room-token' };
  platform.on['room.join'] = (_payload, ack) =>
    ack({ ok: true, data: { ch: 'room.42', off: 'r0', recovered: false, room, ...empty } });
  client = createClient({ url: platform.url });
  client.useTokens({ accessToken: 'a1', refreshToken: 'f1' });
});
afterEach(async () => {
  connection?.close();
  await platform.stop();
});

test('a connection has its session, and events come typed with their position', async () => {
  connection = await client.connect();
  expect(connection.session()).toMatchObject({ userId: 7, ch: 'user.7', off: 'u0' });
  expect(platform.handshakes[0]).toMatchObject({ token: 'a1', v: 1, tick: true });
  const told = new Promise((resolve) => {
    connection?.on('balance.updated', ({ coins }, position) => resolve({ coins, position }));
  });
  platform.emit('balance.updated', { coins: '1.00', diamonds: '0.00', points: '0.00' }, 'user.7', 'u1');
  expect(await told).toEqual({ coins: '1.00', position: { ch: 'user.7', off: 'u1' } });
});

test('what happens to points is told apart by its type', async () => {
  connection = await client.connect();
  const told = new Promise((resolve) => {
    connection?.on('notification', ({ type, data }) => {
      if (type === 'points_deducted') resolve([data.action, data.points, data.metadata?.['itemId']]);
    });
  });
  const data = { userId: 7, newBalance: 1, previousBalance: 1.1, reason: 'r', timestamp: '2025-12-23T12:00:00Z' };
  const deducted = { ...data, action: 'purchase', points: 0.1, metadata: { itemId: 'badge' } };
  const common = { eventType: '', recipientIds: [7] };
  platform.emit('notification', { type: 'of_a_later_release', ...common, data: {} }, 'user.7', 'u1');
  platform.emit('notification', { type: 'points_deducted', ...common, data: deducted }, 'user.7', 'u2');
  expect(await told).toEqual(['purchase', 0.1, 'badge']);
});

test('commands about wallets are sent under an id, and texts are safe in a path', async () => {
  const sent: unknown[] = [];
  const recorder = createClient({
    url: platform.url,
    fetch: async (input, init) => {
      const key = new Headers(init?.headers).get('idempotency-key');
      sent.push([init?.method, new URL(String(input)).pathname, key, init?.body]);
      return new Response(JSON.stringify({ success: true, data: null }));
    },
  });
  recorder.useTokens({ accessToken: 'a1', refreshToken: 'f1' });
  await recorder.points.purchaseWithPoints({ itemId: 'badge' }, { idempotencyKey: 'k' });
  await recorder.coinRequests.rejectCoinRequest('a/b', { reason: 'no' });
  await recorder.admin.setPointItem('x?y', { name: 'X', price: '1.00', isActive: true });
  await recorder.admin.penalizeUser(8, { amount: '5.00', reason: 'spam' }, { idempotencyKey: 'k2' });
  await recorder.wallet.transferCoins({ toUserId: 8, amount: '1.00' });
  expect(sent).toEqual([
    ['POST', '/api/v1/wallet/points/purchases', 'k', '{"itemId":"badge"}'],
    ['POST', '/api/v1/wallet/coin-requests/a%2Fb/reject', expect.any(String), '{"reason":"no"}'],
    ['PUT', '/api/v1/admin/point-items/x%3Fy', null, '{"name":"X","price":"1.00","isActive":true}'],
    ['POST', '/api/v1/admin/users/8/penalties', 'k2', '{"amount":"5.00","reason":"spam"}'],
    ['POST', '/api/v1/wallet/transfers', expect.any(String), '{"toUserId":8,"amount":"1.00"}'],
  ]);
});

test('after a cut it comes back from its last positions, into its room, and shows nothing twice', async () => {
  connection = await client.connect();
  await connection.joinRoom(42);
  const shown: unknown[] = [];
  connection.on('chat.message', ({ id }) => shown.push(id));
  const gaps: unknown[] = [];
  connection.on('gap', ({ ch }) => gaps.push(ch));
  const message = (id: string) => ({ id, room_id: 42, user_id: 8, text: 'x', sent_at: '' });
  const first = next(connection, 'chat.message');
  platform.emit('chat.message', message('m1'), 'room.42', 'r1');
  await first;
  platform.session = { off: 'u9', recovered: true };
  platform.on['chat.send'] = (_payload, ack) => ack({ ok: true, data: {} });
  platform.on['room.join'] = (_payload, ack, socket) => {
    ack({ ok: true, data: { ch: 'room.42', off: 'r9', recovered: true } });
    for (const n of [1, 2]) socket.emit('chat.message', message(`m${n}`), { ch: 'room.42', off: `r${n}` });
  };
  const resumed = next(connection, 'roomResumed');
  platform.closeAll(4001, 'DRAINING', 10);
  expect(await resumed).toEqual({ roomId: 42, recovered: true, snapshot: null });
  // Its ack follows what was replayed, which is shown with the next timer after the answer that it came behind.
  await connection.sendChat(42, 'hello');
  await eventually(() => expect(shown).toEqual(['m1', 'm2']));
  expect(platform.handshakes[1]).toMatchObject({ off: 'u0' });
  expect(platform.commands.filter(({ name }) => name === 'room.join').map(({ payload }) => payload)).toEqual([
    { token: 'room-token' },
    { token: 'room-token', off: 'r1' },
  ]);
  expect(gaps).toEqual([]);
});

test('what could not be recovered is told as a gap, channel by channel', async () => {
  connection = await client.connect();
  await connection.joinRoom(42);
  const gaps: unknown[] = [];
  connection.on('gap', ({ ch }) => gaps.push(ch));
  const resumed = next(connection, 'roomResumed');
  platform.closeAll(4002, 'UNAVAILABLE', 0);
  expect(await resumed).toMatchObject({ recovered: false, snapshot: { room } });
  expect(gaps).toEqual(['user.7', 'room.42']);
});

test('a tick moves the position without being shown', async () => {
  connection = await client.connect();
  let ticks = 0;
  connection.on('tick', () => {
    ticks += 1;
  });
  const after = next(connection, 'system');
  platform.emit('tick', null, 'user.7', 'u5');
  platform.emit('system', {}, 'all', 'a1');
  await after;
  const again = next(connection, 'connected');
  platform.closeAll(4001, 'DRAINING', 0);
  await again;
  expect(platform.handshakes[1]?.off).toBe('u5');
  expect(ticks).toBe(0);
});

test('a command is repeated under its id until it is acknowledged', async () => {
  connection = await client.connect();
  await connection.joinRoom(42);
  let attempts = 0;
  platform.on['gift.send'] = (payload, ack) => {
    attempts += 1;
    if (attempts === 1) platform.closeAll(4001, 'DRAINING', 0);
    else if (attempts === 2)
      ack({ ok: false, error: { kind: 'unavailable', reason: 'UNAVAILABLE', retryable: true, details: {} } });
    else ack({ ok: true, data: { id: payload['id'], giftId: payload['giftId'] } });
  };
  const gift = await connection.sendGift({ roomId: 42, giftId: 3, quantity: 1, recipientIds: [8] });
  const sent = platform.commands.filter(({ name }) => name === 'gift.send').map(({ payload }) => payload['id']);
  expect(sent).toEqual([gift.id, gift.id, gift.id]);
});

test('a refusal of a command is thrown with its facts and not repeated', async () => {
  connection = await client.connect();
  const error = {
    kind: 'failed_precondition',
    reason: 'INSUFFICIENT_FUNDS',
    message: 'No.',
    retryable: false,
    details: { required: '2.00' },
    requestId: 'q',
    errors: null,
  };
  platform.on['gift.send'] = (_payload, ack) => ack({ ok: false, error });
  const gift = { roomId: 42, giftId: 3, quantity: 1, recipientIds: [8] };
  await expect(connection.sendGift(gift)).rejects.toMatchObject({
    code: 'INSUFFICIENT_FUNDS',
    details: { required: '2.00' },
    requestId: 'q',
  });
  expect(platform.commands).toHaveLength(1);
});

test('a terminal code ends the connection, and commands that wait fail with it', async () => {
  connection = await client.connect();
  const closed = next(connection, 'closed');
  const waiting = connection.sendChat(42, 'hello');
  platform.closeAll(4503, 'USER_BANNED', null);
  expect(await closed).toEqual({ code: 4503, reason: 'USER_BANNED' });
  await expect(waiting).rejects.toMatchObject({ code: 'USER_BANNED' });
  await expect(connection.joinRoom(42)).rejects.toMatchObject({ code: 'USER_BANNED' });
  expect(platform.handshakes).toHaveLength(1);
});

test('an expired token is renewed for the handshake, once', async () => {
  const kept: (Tokens | null)[] = [];
  client = createClient({ url: platform.url, onTokens: (tokens) => kept.push(tokens) });
  client.useTokens({ accessToken: 'a1', refreshToken: 'f1' });
  platform.rest['POST /auth/refresh'] = { accessToken: 'a2', refreshToken: 'f2', expiresIn: 900 };
  platform.refusals.push({ code: 4100, reason: 'TOKEN_EXPIRED', retryAfterMs: 5000 });
  connection = await client.connect();
  expect(platform.handshakes.map(({ token }) => token)).toEqual(['a1', 'a2']);
  expect(kept.at(-1)).toEqual({ accessToken: 'a2', refreshToken: 'f2' });
  const terminal = { code: 4501, reason: 'TOKEN_INVALID', retryAfterMs: null };
  platform.refusals.push(terminal, terminal);
  await expect(client.connect()).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
});

test('a room whose token has expired is joined again, one that refuses is given up', async () => {
  connection = await client.connect();
  await connection.joinRoom(42);
  const refuse = (reason: string) => ({
    ok: false,
    error: { kind: 'forbidden', reason, message: reason, retryable: false, details: {} },
  });
  platform.rest['POST /rooms/42/join'] = { room, token: 'fresh' };
  platform.on['room.join'] = (payload, ack) =>
    ack(
      payload['token'] === 'fresh'
        ? { ok: true, data: { ch: 'room.42', off: 'r0', recovered: true } }
        : refuse('TOKEN_EXPIRED'),
    );
  const resumed = next(connection, 'roomResumed');
  platform.closeAll(4001, 'DRAINING', 0);
  expect(await resumed).toMatchObject({ roomId: 42, recovered: true });
  platform.on['room.join'] = (_payload, ack) => ack(refuse('USER_BLOCKED'));
  const lost = next(connection, 'roomLost');
  platform.closeAll(4001, 'DRAINING', 0);
  expect(await lost).toMatchObject({ roomId: 42, error: { code: 'USER_BLOCKED' } });
});

test('joining another room leaves the first behind', async () => {
  connection = await client.connect();
  await connection.joinRoom(42);
  platform.rest['POST /rooms/43/join'] = { room: { ...room, id: 43 }, token: 'other' };
  platform.on['room.join'] = (payload, ack) =>
    ack({
      ok: true,
      data: { ch: payload['token'] === 'other' ? 'room.43' : 'room.42', off: 'r0', recovered: false, ...empty },
    });
  expect(await connection.joinRoom(43)).toMatchObject({ ch: 'room.43', room: { id: 43 } });
  const again = next(connection, 'roomResumed');
  platform.closeAll(4001, 'DRAINING', 0);
  await again;
  expect(platform.commands.at(-1)?.payload).toEqual({ token: 'other', off: 'r0' });
});
