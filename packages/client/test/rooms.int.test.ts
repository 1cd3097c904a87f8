/** Being in a room, and out of it, whatever the network and one's other devices do. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Client, type Connection, createClient } from '../src/index.ts';
import { next } from './next.ts';
import { type Platform, startPlatform } from './platform.ts';

let platform: Platform;
let client: Client;
let connection: Connection;
let shown: string[];
let gaps: string[];

const room = { id: 42, name: 'Lounge' };
const empty = { seats: [], participants: [], messages: [] };
const STAY_BEGAN = Date.parse('2026-01-01T12:00:00Z');
const roomToken = `e30.${btoa(JSON.stringify({ sub: '7', since: STAY_BEGAN }))}.x`;
const message = (id: string, room_id = 42) => ({ id, room_id, user_id: 8, text: 'x', sent_at: '' });
const refused = (reason: string) => ({
  ok: false,
  error: { kind: 'failed_precondition', reason, message: reason, retryable: false, details: {} },
});
const joins = () => platform.commands.filter(({ name }) => name === 'room.join').map(({ payload }) => payload);
const comeBack = async (): Promise<void> => {
  const back = next(connection, 'connected');
  platform.closeAll(4001, 'DRAINING', 0);
  await back;
};

beforeEach(async () => {
  platform = await startPlatform();
  platform.rest['POST /rooms/42/join'] = { room, token: roomToken };
  platform.on['room.join'] = (_payload, ack) =>
    ack({ ok: true, data: { ch: 'room.42', off: 'r0', recovered: false, room, ...empty } });
  platform.on['room.leave'] = (_payload, ack) => ack({ ok: true, data: null });
  platform.on['chat.send'] = (_payload, ack) => ack({ ok: true, data: {} });
  client = createClient({ url: platform.url });
  client.useTokens({ accessToken: 'a1', refreshToken: 'f1' });
  connection = await client.connect();
  shown = [];
  gaps = [];
  connection.on('chat.message', ({ id }) => shown.push(id));
  connection.on('gap', ({ ch }) => gaps.push(ch));
  connection.on('resync', () => shown.push('resync'));
  connection.on('chat.typing', () => shown.push('typing'));
});
afterEach(async () => {
  connection.close();
  await platform.stop();
});

test('what the server lost of a channel is told as a gap, once, and what follows is shown', async () => {
  await connection.joinRoom(42);
  const after = next(connection, 'chat.message');
  platform.emit('resync', { ch: 'room.42', recovered: false }, 'room.42', 'r7');
  platform.emit('chat.message', message('m8'), 'room.42', 'r8');
  await after;
  expect(gaps).toEqual(['room.42']);
  expect(shown).toEqual(['m8']);
});

test('nothing of a room is shown once it is left, and coming back to it starts anew', async () => {
  await connection.joinRoom(42);
  // What is still on its way when one leaves.
  platform.on['room.leave'] = (_payload, ack, socket) => {
    socket.emit('chat.message', message('m1'), { ch: 'room.42', off: 'r1' });
    socket.emit('chat.typing', { room_id: 42, user_id: 8, is_typing: true }, { ch: 'room.42' });
    ack({ ok: true, data: null });
    socket.emit('chat.message', message('m2'), { ch: 'room.42', off: 'r2' });
  };
  await connection.leaveRoom(42);
  await connection.sendChat(43, 'hello');
  await connection.joinRoom(42);
  expect(shown).toEqual([]);
  expect(gaps).toEqual([]);
  expect(joins()).toEqual([{ token: roomToken }, { token: roomToken }]);
});

test('a room that was left while the connection was away is left when it is back, by this socket alone', async () => {
  await connection.joinRoom(42);
  const away = next(connection, 'disconnected');
  platform.closeAll(4001, 'DRAINING', 50);
  await away;
  await connection.leaveRoom(42);
  expect(platform.handshakes).toHaveLength(2);
  expect(platform.commands.at(-1)).toEqual({ name: 'room.leave', payload: { roomId: 42 } });
  expect(joins()).toHaveLength(1);
  expect(platform.requests).not.toContain('POST /rooms/42/leave');
});

test.each([
  ['room.left', { room_id: 42, cause: 'moved', left_at: new Date(STAY_BEGAN + 1000).toISOString() }, 'user.7'],
  ['room.closed', { room_id: 42 }, 'room.42'],
])('a room that one is out of by %s is not entered again', async (name, data, ch) => {
  await connection.joinRoom(42);
  const told = next(connection, name);
  platform.emit(name, data, ch, 'x1');
  expect(await told).toEqual(data);
  await comeBack();
  await connection.sendChat(43, 'hello');
  expect(joins()).toHaveLength(1);
});

test('a leave of an earlier stay ends no later one', async () => {
  await connection.joinRoom(42);
  const left = { room_id: 42, cause: 'left', left_at: new Date(STAY_BEGAN - 1000).toISOString() };
  const told = next(connection, 'room.left');
  platform.emit('room.left', left, 'user.7', 'x1');
  await told;
  await comeBack();
  await connection.sendChat(42, 'hello');
  expect(joins()).toHaveLength(2);
});

test('who has gone to another room on another device is not taken out of it by coming back', async () => {
  await connection.joinRoom(42);
  platform.on['room.join'] = (_payload, ack) => ack(refused('NOT_A_PARTICIPANT'));
  platform.rest['GET /me'] = { id: 7, activeRoomId: 43 };
  const lost = next(connection, 'roomLost');
  platform.closeAll(4001, 'DRAINING', 0);
  expect(await lost).toMatchObject({
    roomId: 42,
    error: { code: 'NOT_A_PARTICIPANT', details: { roomId: 42, activeRoomId: 43 } },
  });
  expect(platform.requests.filter((request) => request === 'POST /rooms/42/join')).toHaveLength(1);
});

test('who was away for so long that the stay has ended joins again', async () => {
  await connection.joinRoom(42);
  let isParticipant = false;
  platform.rest['POST /rooms/42/join'] = { room, token: 'second-stay' };
  platform.on['room.join'] = (payload, ack) => {
    isParticipant = payload['token'] === 'second-stay';
    const data = { ch: 'room.42', off: 'r9', recovered: false, room, ...empty };
    ack(isParticipant ? { ok: true, data } : refused('NOT_A_PARTICIPANT'));
  };
  const resumed = next(connection, 'roomResumed');
  platform.closeAll(4001, 'DRAINING', 0);
  expect(await resumed).toMatchObject({ roomId: 42, recovered: false, snapshot: { room } });
  expect(gaps).toEqual(['user.7', 'room.42']);
});

test('what follows a snapshot comes after whoever awaited it', async () => {
  const order: string[] = [];
  connection.on('chat.message', ({ id }) => order.push(id));
  platform.on['room.join'] = (_payload, ack, socket) => {
    ack({ ok: true, data: { ch: 'room.42', off: 'r0', recovered: false, room, ...empty } });
    for (const n of [1, 2]) socket.emit('chat.message', message(`m${n}`), { ch: 'room.42', off: `r${n}` });
  };
  const all = next(connection, 'done');
  await connection.joinRoom(42);
  order.push('snapshot');
  platform.emit('done', null, 'user.7', 'u1');
  await all;
  expect(order).toEqual(['snapshot', 'm1', 'm2']);
});

test('what is nowhere kept is shown as often as it comes, and is nowhere to go on from', async () => {
  platform.behindSession = (socket) => {
    for (const is_typing of [true, true, false])
      socket.emit('chat.typing', { room_id: 42, user_id: 8, is_typing }, { ch: 'room.42' });
  };
  const told: unknown[] = [];
  connection = await client.connect();
  await connection.joinRoom(42);
  connection.on('chat.typing', ({ is_typing }, position) => told.push([is_typing, position]));
  const { promise, resolve } = Promise.withResolvers<void>();
  connection.on('connected', () => resolve());
  platform.closeAll(4001, 'DRAINING', 0);
  await promise;
  await expect.poll(() => told).toEqual([true, true, false].map((isTyping) => [isTyping, undefined]));
});

test('typing and what was seen are sent once', async () => {
  for (const name of ['chat.type', 'chat.see']) platform.on[name] = (_payload, ack) => ack({ ok: true, data: null });
  connection = await client.connect();
  await connection.setTyping(42, true);
  await connection.markSeen(42, { userId: 8, id: 'm1' });
  expect(platform.commands).toEqual([
    { name: 'chat.type', payload: { roomId: 42, isTyping: true } },
    { name: 'chat.see', payload: { roomId: 42, userId: 8, id: 'm1' } },
  ]);
});
