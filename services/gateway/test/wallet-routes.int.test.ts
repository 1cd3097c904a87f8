import { CoinRequest, CoinRequestScope, CoinRequestStatus } from '@fanfare/contracts/economy/v1/coin_requests';
import { Transaction } from '@fanfare/contracts/economy/v1/economy_service';
import { Withdrawal, WithdrawalStatus } from '@fanfare/contracts/economy/v1/withdrawals';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { knownAnswer } from './known-answers.ts';
import { coins, runHttp } from './running-http.ts';

const http = await runHttp();
const { peers, get, post } = http;
afterAll(http.stop);
beforeEach(http.reset);

const at = new Date('2026-11-21T10:00:00.000Z');
const points = (minor: bigint) => ({ currency: 'POINT', minor });
const diamonds = (minor: bigint) => ({ currency: 'DIAMOND', minor });

const coinRequest = (more: object = {}) =>
  CoinRequest.fromPartial({
    id: 'r-1',
    userId: 7n,
    amount: coins(50_00n),
    status: CoinRequestStatus.COIN_REQUEST_STATUS_PENDING,
    createdAt: at,
    ...more,
  });

const shownRequest = {
  id: 'r-1',
  userId: 7,
  amount: '50.00',
  sellerId: null,
  note: null,
  status: 'pending',
  decidedBy: null,
  reason: null,
  createdAt: at.toISOString(),
  decidedAt: null,
};

const withdrawal = (more: object = {}) =>
  Withdrawal.fromPartial({
    id: 'w-1',
    userId: 7n,
    amount: points(50_00n),
    paidAmount: points(0n),
    status: WithdrawalStatus.WITHDRAWAL_STATUS_PENDING,
    method: 'bank',
    destination: 'DE00',
    createdAt: at,
    expiresAt: at,
    ...more,
  });

const shownWithdrawal = {
  id: 'w-1',
  userId: 7,
  asset: 'point',
  amount: '50.00',
  paidAmount: '0.00',
  status: 'pending',
  method: 'bank',
  destination: 'DE00',
  reason: null,
  createdAt: at.toISOString(),
  expiresAt: at.toISOString(),
  resolvedAt: null,
};

test('a transaction of points shows what it was for', async () => {
  const metadata = { videoId: '456', videoTitle: 'Amazing Dance', userType: 'viewer' };
  peers.economy.listTransactions = async () => ({
    transactions: [
      Transaction.fromPartial({
        id: '7-1',
        journalId: 'j',
        action: 'video_liked',
        amount: points(100n),
        balanceBefore: points(0n),
        balanceAfter: points(100n),
        reason: 'Liked a video',
        metadata: JSON.stringify({ metadata, engagementId: 'e' }),
        createdAt: at,
      }),
    ],
    nextCursor: 'next',
  });
  const { data } = (await get('/api/v1/wallet/transactions?asset=point')).json();
  expect(data).toEqual({
    items: [
      {
        id: '7-1',
        journalId: 'j',
        asset: 'point',
        action: 'video_liked',
        amount: '1.00',
        balanceBefore: '0.00',
        balanceAfter: '1.00',
        reason: 'Liked a video',
        metadata,
        createdAt: at.toISOString(),
      },
    ],
    nextCursor: 'next',
  });
});

test('coins are asked for under the client’s key, of a seller or of anybody', async () => {
  const seen: unknown[] = [];
  peers.economy.createCoinRequest = async ({ id, amount, sellerId, note }) => {
    seen.push({ id, amount, sellerId, note });
    return { coinRequest: coinRequest({ sellerId, note }) };
  };
  const path = '/api/v1/wallet/coin-requests';
  const created = await post(path, { amount: '50' }, { 'idempotency-key': 'k' });
  expect(created.statusCode).toBe(201);
  expect(created.headers['idempotency-key']).toBe('k');
  expect(created.json().data).toEqual(shownRequest);
  const body = { amount: '50.00', sellerId: 9, note: 'please' };
  const { data } = (await post(path, body, { 'idempotency-key': 'k2' })).json();
  expect(data).toEqual({ ...shownRequest, sellerId: 9, note: 'please' });
  knownAnswer('createCoinRequest', data);
  expect(seen).toEqual([
    { id: 'k', amount: coins(50_00n), sellerId: 0n, note: '' },
    { id: 'k2', amount: coins(50_00n), sellerId: 9n, note: 'please' },
  ]);
});

test('coin requests are listed by scope and status, and decided', async () => {
  const asked: unknown[] = [];
  peers.economy.listCoinRequests = async ({ scope, status, cursor, limit }) => {
    asked.push([scope, status, cursor, limit]);
    return { coinRequests: [coinRequest()], nextCursor: '' };
  };
  const path = '/api/v1/wallet/coin-requests';
  expect((await get(path)).json().data).toEqual({ items: [shownRequest], nextCursor: null });
  await get(`${path}?scope=seller&status=pending&cursor=c&limit=5`);
  const { COIN_REQUEST_SCOPE_UNSPECIFIED: mine, COIN_REQUEST_SCOPE_SELLER: seller } = CoinRequestScope;
  expect(asked).toEqual([
    [mine, CoinRequestStatus.COIN_REQUEST_STATUS_UNSPECIFIED, '', 20],
    [seller, CoinRequestStatus.COIN_REQUEST_STATUS_PENDING, 'c', 5],
  ]);
  const wrong = await get(`${path}?scope=all&status=open`);
  expect(wrong.json().errors).toEqual({
    scope: ['must be mine or seller'],
    status: ['must be pending, approved or rejected'],
  });

  const decided = { decidedBy: 9n, decidedAt: at };
  peers.economy.approveCoinRequest = async ({ coinRequestId }) => ({
    coinRequest: coinRequest({ id: coinRequestId, ...decided, status: CoinRequestStatus.COIN_REQUEST_STATUS_APPROVED }),
  });
  peers.economy.rejectCoinRequest = async ({ coinRequestId: id, reason }) => ({
    coinRequest: coinRequest({ id, reason, ...decided, status: CoinRequestStatus.COIN_REQUEST_STATUS_REJECTED }),
  });
  const shownDecision = { id: 'r-2', decidedBy: 9, decidedAt: at.toISOString() };
  const approved = await post(`${path}/r-2/approve`, undefined, { 'idempotency-key': 'a-1' });
  expect(approved.headers['idempotency-key']).toBe('a-1');
  expect([approved.statusCode, approved.json().data]).toEqual([
    200,
    { ...shownRequest, ...shownDecision, status: 'approved' },
  ]);
  const rejected = await post(`${path}/r-2/reject`, { reason: 'sold out' });
  expect(rejected.headers['idempotency-key']).toMatch(/^.+$/);
  expect(rejected.json().data).toMatchObject({ ...shownDecision, status: 'rejected', reason: 'sold out' });
  expect((await post(`${path}/r-2/reject`, {})).json().errors).toEqual({ reason: ['is required'] });
});

test('diamonds become coins at the rate of their time', async () => {
  peers.economy.convert = async ({ amount }) => ({ id: 'j', from: amount, to: coins(20_00n), createdAt: at });
  const answer = await post('/api/v1/wallet/conversions', { amount: '10' });
  expect(answer.statusCode).toBe(201);
  const { data } = answer.json();
  expect(data).toEqual({
    id: 'j',
    from: { asset: 'diamond', amount: '10.00' },
    to: { asset: 'coin', amount: '20.00' },
    createdAt: at.toISOString(),
  });
  knownAnswer('convertDiamonds', data);
});

test('a withdrawal is requested, listed and cancelled', async () => {
  peers.economy.requestWithdrawal = async ({ id, ...asked }) => {
    expect(asked).toEqual({ amount: diamonds(50_00n), method: 'bank', destination: 'DE00' });
    return { withdrawal: withdrawal({ id, amount: asked.amount }) };
  };
  const path = '/api/v1/wallet/withdrawals';
  const body = { asset: 'diamond', amount: '50', method: 'bank', destination: 'DE00' };
  const requested = await post(path, body, { 'idempotency-key': 'w-1' });
  expect(requested.statusCode).toBe(201);
  expect(requested.json().data).toEqual({ ...shownWithdrawal, asset: 'diamond' });
  knownAnswer('requestWithdrawal', requested.json().data);
  expect((await post(path, { asset: 'coin' })).json().errors).toEqual({
    asset: ['must be diamond or point'],
    amount: ['is required'],
    method: ['is required'],
    destination: ['is required'],
  });

  peers.economy.listWithdrawals = async ({ userId, status }) => {
    expect([userId, status]).toEqual([7n, WithdrawalStatus.WITHDRAWAL_STATUS_PAID]);
    const paid = { status, paidAmount: points(30_00n), resolvedAt: at };
    return { withdrawals: [withdrawal(paid)], nextCursor: '' };
  };
  const shownPaid = { ...shownWithdrawal, status: 'paid', paidAmount: '30.00', resolvedAt: at.toISOString() };
  expect((await get(`${path}?status=paid`)).json().data.items).toEqual([shownPaid]);

  peers.economy.cancelWithdrawal = async ({ withdrawalId: id }) => ({
    withdrawal: withdrawal({ id, status: WithdrawalStatus.WITHDRAWAL_STATUS_CANCELLED, resolvedAt: at }),
  });
  const cancelled = await post(`${path}/w-2/cancel`, undefined, { 'idempotency-key': 'w-3' });
  expect(cancelled.headers['idempotency-key']).toBe('w-3');
  expect(cancelled.json().data).toMatchObject({ id: 'w-2', status: 'cancelled' });
});

test('the reference has every route about wallets, with what it answers', async () => {
  interface Operation {
    readonly deprecated?: boolean;
    readonly responses: Readonly<Record<string, unknown>>;
  }
  const { paths } = (await get('/openapi.json', null)).json() as { paths: Record<string, Record<string, Operation>> };
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path.replace('/api/v1', '')}`,
      ...operation,
    })),
  );
  const made = [
    ...['POST /wallet/transfers', 'POST /wallet/conversions', 'POST /wallet/coin-requests', 'POST /wallet/withdrawals'],
    ...['POST /wallet/points/purchases', 'POST /wallet/points/boosts', 'POST /wallet/points/gifts'],
    ...['POST /admin/users/{userId}/grants', 'POST /admin/users/{userId}/adjustments'],
    ...['POST /admin/users/{userId}/penalties'],
  ];
  const others = [
    ...['GET /wallet', 'GET /wallet/transactions', 'GET /wallet/coin-requests', 'GET /wallet/withdrawals'],
    ...['POST /wallet/coin-requests/{requestId}/approve', 'POST /wallet/coin-requests/{requestId}/reject'],
    ...['POST /wallet/withdrawals/{withdrawalId}/cancel', 'GET /wallet/points', 'GET /wallet/points/items'],
    ...['GET /admin/users/{userId}/wallet', 'GET /admin/users/{userId}/wallet/transactions'],
    ...['POST /admin/users/{userId}/wallet/freeze', 'POST /admin/users/{userId}/wallet/unfreeze'],
    ...['PUT /admin/users/{userId}/wallet/floors', 'GET /admin/coin-requests', 'GET /admin/coin-sellers'],
    ...['PUT /admin/coin-sellers/{userId}', 'GET /admin/withdrawals', 'POST /admin/withdrawals/{withdrawalId}/pay'],
    ...['POST /admin/withdrawals/{withdrawalId}/reject', 'GET /admin/point-items', 'PUT /admin/point-items/{itemId}'],
  ];
  const answering = (status: string) =>
    routes.filter(({ responses }) => status in responses && 'default' in responses).map(({ name }) => name);
  expect(answering('201')).toEqual(expect.arrayContaining(made));
  expect(answering('200')).toEqual(expect.arrayContaining(others));
  const old = routes.filter(({ deprecated }) => deprecated === true).map(({ name }) => name);
  expect(old).toEqual(['POST /admin/wallets/{userId}/grants']);
});
