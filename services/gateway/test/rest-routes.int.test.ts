import { AppError, errorCatalogue, requireRole } from '@fanfare/kit';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { knownAnswer } from './known-answers.ts';
import { NOBODY } from './peers.ts';
import { coins, runHttp } from './running-http.ts';

const http = await runHttp();
const { peers, token, admin, as, get, post } = http;
afterAll(http.stop);
beforeEach(http.reset);

const at = new Date('2026-11-21T10:00:00.000Z');
const profile = {
  id: 7n,
  username: 'mona',
  displayName: 'Mona',
  roles: [],
  banned: false,
  lastActiveAt: at,
  createdAt: at,
};
const session = { user: profile, accessToken: 'a.b.c', refreshToken: 'r', expiresInSeconds: 900 };
const room = {
  id: 42n,
  name: 'Lounge',
  ownerId: 7n,
  status: 1 as const,
  participantCount: 3,
  maxParticipants: 100,
  roomLevel: 1,
  isFeatured: false,
  createdAt: at,
};
const publicUser = {
  id: 7,
  username: 'mona',
  displayName: 'Mona',
  avatarUrl: null,
  totalSpent: '0.00',
  totalReceived: '0.00',
  wealthLevel: 0,
  charmLevel: 0,
  vipLevel: 0,
  agencyId: null,
  activeRoomId: null,
  ownedRoomId: null,
  lastActiveAt: at.toISOString(),
};

test('registering answers 201 with the session in the envelope', async () => {
  peers.identity.register = async (request) => {
    expect(request).toMatchObject({ username: 'mona', email: 'mona@example.org', password: ' secret ' });
    expect(request.device?.ip).toBe('198.51.100.7');
    return { session };
  };
  const body = { username: 'mona', email: 'mona@example.org', password: ' secret ' };
  const answer = await post('/api/v1/auth/register', body, { 'x-forwarded-for': '198.51.100.7' }, null);
  expect(answer.statusCode).toBe(201);
  expect(answer.json()).toEqual({
    success: true,
    message: 'Success',
    data: { user: publicUser, accessToken: 'a.b.c', refreshToken: 'r', expiresIn: 900 },
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
  });
});

test('logging in succeeds while gifting is away, without the totals', async () => {
  peers.identity.login = async () => ({ session });
  peers.gifting.getTotals = async () => {
    throw errorCatalogue({ UNAVAILABLE: ['unavailable', 'away'] }).UNAVAILABLE();
  };
  const answer = await post('/api/v1/auth/login', { phone: '+491701234567', password: 'x' }, {}, null);
  expect(answer.json().data.user).toEqual(publicUser);
});

test('oneself is the profile with totals and rooms', async () => {
  peers.identity.getUser = async ({ userId }) => ({ user: { ...profile, id: userId } });
  peers.gifting.getTotals = async () => ({ spent: coins(200_00n), received: coins(1_50n) });
  peers.rooms.getUserRooms = async () => ({ activeRoomId: 42n, ownedRoomId: 43n });
  const { data } = (await get('/api/v1/me')).json();
  expect(data).toEqual({
    ...publicUser,
    totalSpent: '200.00',
    totalReceived: '1.50',
    activeRoomId: 42,
    ownedRoomId: 43,
  });
  knownAnswer('getMe', data);
});

test('a money command runs under its Idempotency-Key, or under one that is made and returned', async () => {
  const seen: string[] = [];
  peers.economy.transfer = async ({ id, toUserId, amount }) => {
    seen.push(id);
    return { id: 'journal', fromUserId: 7n, toUserId, amount, createdAt: at };
  };
  const transfer = { toUserId: 8, amount: '12.5' };
  const mine = await post('/api/v1/wallet/transfers', transfer, { 'idempotency-key': 'my key' });
  expect(mine.headers['idempotency-key']).toBe('my key');
  expect(mine.json().data).toEqual({
    id: 'journal',
    fromUserId: 7,
    toUserId: 8,
    amount: '12.50',
    createdAt: at.toISOString(),
  });
  const made = await post('/api/v1/wallet/transfers', transfer);
  expect(seen).toEqual(['my key', made.headers['idempotency-key']]);
  const long = await post('/api/v1/wallet/transfers', transfer, { 'idempotency-key': 'x'.repeat(129) });
  expect(long.statusCode).toBe(400);
  expect(long.json().errors).toEqual({ 'Idempotency-Key': ['must be 1 to 128 printable ASCII characters'] });
});

test('a gift sent in a room answers the gift and the balances recorded with it', async () => {
  peers.gifting.sendGift = async (request, call) => ({
    gift: {
      id: request.id,
      roomId: request.roomId,
      senderId: call.caller.userId ?? 0n,
      recipientIds: request.recipientIds,
      giftId: request.giftId,
      quantity: request.quantity,
      price: coins(100_00n),
      totalCost: coins(200_00n),
      comboCount: 1,
      sentAt: at,
    },
    balances: [coins(800_00n)],
  });
  const gift = { giftId: 3, quantity: 2, recipientIds: [8] };
  const answer = await post('/api/v1/rooms/42/gifts', gift, { 'idempotency-key': 'g-1' });
  expect(answer.statusCode).toBe(201);
  const { data } = answer.json();
  expect(data).toMatchObject({
    id: 'g-1',
    roomId: 42,
    senderId: 7,
    recipientIds: [8],
    price: '100.00',
    totalCost: '200.00',
  });
  expect(data.balances).toEqual({ coin: '800.00', diamond: '0.00', point: '0.00' });
  knownAnswer('sendGift', data);
  expect((await post('/api/v1/gifts/send', gift)).json().data.roomId).toBeNull();
});

test('rooms are opened, listed with filters and joined', async () => {
  peers.rooms.createRoom = async ({ name }) => ({ room: { ...room, name } });
  peers.rooms.listRooms = async (request) => {
    expect(request).toMatchObject({ category: 'music', featuredOnly: true, minimumLevel: 2, query: 'lo', limit: 5 });
    return { rooms: [room], nextCursor: 'next' };
  };
  peers.rooms.joinRoom = async () => ({ room, token: 'room-token' });
  peers.rooms.leaveRoom = async () => ({});
  const created = await post('/api/v1/rooms', { name: 'Lounge' });
  expect(created.statusCode).toBe(201);
  knownAnswer('createRoom', created.json().data);
  const list = await get('/api/v1/rooms?category=music&featured=true&minimumLevel=2&query=lo&limit=5');
  expect(list.json().data).toEqual({ items: [{ ...created.json().data }], nextCursor: 'next' });
  // A client that sends a content type with an empty body means no body.
  const joined = await as(token, {
    method: 'POST',
    url: '/api/v1/rooms/42/join',
    headers: { 'content-type': 'application/json' },
  });
  expect(joined.json().data).toEqual({ room: created.json().data, token: 'room-token' });
  expect((await post('/api/v1/rooms/42/leave')).json()).toMatchObject({ success: true, data: null });
});

test('the statement has signed amounts and its metadata as an object', async () => {
  peers.economy.listTransactions = async (request) => {
    expect(request).toMatchObject({ userId: 7n, currency: 'COIN', limit: 20 });
    return {
      transactions: [
        {
          id: 't-1',
          journalId: 'j-1',
          action: 'gift_sent',
          amount: coins(-200_00n),
          balanceBefore: coins(1000_00n),
          balanceAfter: coins(800_00n),
          reason: '',
          metadata: '{"giftId":3}',
          createdAt: at,
        },
      ],
      nextCursor: '',
    };
  };
  const { data } = (await get('/api/v1/wallet/transactions?asset=coin')).json();
  expect(data.nextCursor).toBeNull();
  expect(data.items[0]).toMatchObject({ asset: 'coin', amount: '-200.00', reason: null, metadata: { giftId: 3 } });
  knownAnswer('listTransactions', data);
});

test('a wallet that never had a posting shows zeros', async () => {
  peers.economy.getWallet = async () => ({ balances: [] });
  expect((await get('/api/v1/wallet')).json().data).toEqual({
    balances: { coin: '0.00', diamond: '0.00', point: '0.00' },
  });
});

test('only administrators grant, and the service sees who it was', async () => {
  peers.economy.grant = async ({ id, userId, amount, reason }, { caller }) => {
    requireRole(caller, 'admin');
    return { id, userId, amount, reason, createdAt: at };
  };
  const grant = { asset: 'coin', amount: '1000.00', reason: 'welcome' };
  expect((await post('/api/v1/admin/wallets/7/grants', grant)).json().code).toBe('FORBIDDEN');
  const granted = await post('/api/v1/admin/wallets/7/grants', grant, { 'idempotency-key': 'k' }, admin);
  expect(granted.json().data).toMatchObject({ userId: 7, asset: 'coin', amount: '1000.00', reason: 'welcome' });
});

test('changing a gift keeps what is not mentioned', async () => {
  const gift = {
    id: 3n,
    name: 'Rose',
    price: coins(10_00n),
    category: 'classic',
    rarity: 'common',
    animationUrl: 'https://cdn.example/rose.json',
    wealthXpMultiplier: 1,
    charmXpMultiplier: 1,
    isActive: true,
  };
  const seen: (readonly string[] | undefined)[] = [];
  peers.gifting.updateGift = async ({ gift: asked, updateMask }) => {
    if (asked?.id !== gift.id) throw new AppError('not_found', 'GIFT_NOT_FOUND', 'There is no such gift.');
    seen.push(updateMask);
    return { gift: { ...gift, price: asked.price, animationUrl: asked.animationUrl } };
  };
  const change = { price: '12.50', animationUrl: null };
  const changed = await as(admin, { method: 'PATCH', url: '/api/v1/admin/gifts/3', payload: change });
  expect(changed.json().data).toMatchObject({
    id: 3,
    name: 'Rose',
    price: '12.50',
    animationUrl: null,
    isActive: true,
  });
  expect(seen).toEqual([['price', 'animation_url']]);
  const unknown = await as(admin, { method: 'PATCH', url: '/api/v1/admin/gifts/4', payload: change });
  expect(unknown.json().code).toBe('GIFT_NOT_FOUND');
});

test('what a room may be called and hold is for the rooms service to say', async () => {
  peers.rooms.createRoom = async ({ name, maxParticipants, announcement }) => ({
    room: { ...room, name, maxParticipants, announcement },
  });
  const announcement = '👩‍👩‍👧'.repeat(200);
  const asked = [0, -5, 10_001, 2 ** 40].map((maxParticipants) =>
    post('/api/v1/rooms', { name: '', maxParticipants, announcement }),
  );
  const seen = (await Promise.all(asked)).map((answer) => answer.json().data);
  expect(seen.map(({ maxParticipants }) => maxParticipants)).toEqual([-1, -1, 10_001, 2 ** 31 - 1]);
  expect(seen[0]).toMatchObject({ name: '', announcement });
  const refused = await post('/api/v1/rooms', { name: 'x'.repeat(641), maxParticipants: 1.5 });
  expect(refused.json().errors).toEqual({
    name: ['must be at most 640 bytes'],
    maxParticipants: ['must be a whole number'],
  });
});

test('the gifts of a room that does not exist are not found, and neither is a member to block', async () => {
  peers.gifting.listSentGifts = async () => ({ gifts: [], nextCursor: '' });
  peers.rooms.getRoom = async () => ({ room });
  expect((await get('/api/v1/rooms/42/gifts')).json().data).toEqual({ items: [], nextCursor: null });
  peers.rooms.getRoom = () => Promise.reject(new AppError('not_found', 'ROOM_NOT_FOUND', 'There is no room 43.'));
  expect((await get('/api/v1/rooms/43/gifts')).statusCode).toBe(404);
  const blocked: bigint[] = [];
  peers.rooms.blockUser = async ({ userId }) => {
    blocked.push(userId);
    return {};
  };
  const block = (userId: number) => post('/api/v1/rooms/42/block', { userId });
  expect((await block(Number(NOBODY))).json()).toMatchObject({ code: 'USER_NOT_FOUND' });
  expect((await block(8)).statusCode).toBe(200);
  expect(blocked).toEqual([8n]);
});

test('money for somebody who does not exist goes nowhere', async () => {
  const untouched = (): Promise<never> => Promise.reject(new Error('must not be asked'));
  peers.economy.transfer = untouched;
  peers.economy.grant = untouched;
  peers.gifting.sendGift = untouched;
  const toUserId = Number(NOBODY);
  const gift = { giftId: 1, quantity: 1, recipientIds: [8, toUserId] };
  const grant = { asset: 'coin', amount: '1.00', reason: 'welcome' };
  for (const refused of [
    await post('/api/v1/wallet/transfers', { toUserId, amount: '1.00' }),
    await post('/api/v1/gifts/send', gift),
    await post(`/api/v1/admin/wallets/${NOBODY}/grants`, grant, {}, admin),
  ]) {
    expect(refused.statusCode).toBe(404);
    expect(refused.json()).toMatchObject({ code: 'USER_NOT_FOUND', details: { userId: toUserId } });
  }
});
