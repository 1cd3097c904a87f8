import { CoinRequest, CoinRequestScope, CoinRequestStatus } from '@fanfare/contracts/economy/v1/coin_requests';
import { Transaction } from '@fanfare/contracts/economy/v1/economy_service';
import { Withdrawal, WithdrawalStatus } from '@fanfare/contracts/economy/v1/withdrawals';
import { AppError } from '@fanfare/kit';
import { afterAll, beforeEach, expect, test } from 'vitest';
import * as answers from '../src/http/wallet-answers.ts';
import { NOBODY } from './peers.ts';
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
  expect(answers.coinRequest.parse(data)).toEqual(data);
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
  const approved = await post(`${path}/r-2/approve`);
  expect([approved.statusCode, approved.json().data]).toEqual([
    200,
    { ...shownRequest, ...shownDecision, status: 'approved' },
  ]);
  const rejected = await post(`${path}/r-2/reject`, { reason: 'sold out' });
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
  expect(answers.conversion.parse(data)).toEqual(data);
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
  expect(answers.withdrawal.parse(requested.json().data)).toEqual(requested.json().data);
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
  const cancelled = (await post(`${path}/w-2/cancel`)).json();
  expect(cancelled.data).toMatchObject({ id: 'w-2', status: 'cancelled' });
});

test('points are shown under the platform’s name for them', async () => {
  peers.economy.getWallet = async ({ userId }) => ({ balances: [points(userId === 7n ? 10n : 0n)] });
  expect((await get('/api/v1/wallet/points')).json().data).toEqual({ balance: '0.10', currencyName: 'LykCoin' });
});

test('points buy items, boost videos and go to others', async () => {
  const seen: unknown[] = [];
  const deducted = (action: string, request: object) => {
    seen.push(request);
    const common = { id: 'j', userId: 7n, reason: '', createdAt: at };
    return { deduction: { ...common, action, points: points(50_00n), balance: points(100_00n) } };
  };
  peers.economy.listPointItems = async ({ includeInactive }) => {
    expect(includeInactive).toBe(false);
    return { items: [{ id: 'badge_premium', name: 'Premium Badge', price: points(50_00n), isActive: true }] };
  };
  peers.economy.purchaseWithPoints = async (request) => deducted('purchase', request);
  peers.economy.boostVideo = async (request) => deducted('boost_post', request);
  peers.economy.giftPoints = async (request) => deducted('gift_sent', request);
  const item = { id: 'badge_premium', name: 'Premium Badge', price: '50.00', isActive: true };
  expect((await get('/api/v1/wallet/points/items')).json().data).toEqual({ items: [item], nextCursor: null });

  const spend = (what: string, body: object) => post(`/api/v1/wallet/points/${what}`, body, { 'idempotency-key': 'k' });
  const bought = await spend('purchases', { itemId: 'badge_premium' });
  expect(bought.statusCode).toBe(201);
  expect(bought.json().data).toEqual({
    id: 'j',
    userId: 7,
    action: 'purchase',
    points: '50.00',
    balance: '100.00',
    reason: null,
    createdAt: at.toISOString(),
  });
  expect(answers.deduction.parse(bought.json().data)).toEqual(bought.json().data);
  expect((await spend('boosts', { videoId: '456' })).json().data).toMatchObject({ action: 'boost_post' });
  expect((await spend('gifts', { toUserId: 8, amount: '50' })).json().data).toMatchObject({ action: 'gift_sent' });
  expect(seen).toEqual([
    { id: 'k', itemId: 'badge_premium' },
    { id: 'k', videoId: '456' },
    { id: 'k', toUserId: 8n, amount: points(50_00n) },
  ]);
  const nobody = await spend('gifts', { toUserId: Number(NOBODY), amount: '1' });
  expect([nobody.statusCode, nobody.json().code]).toEqual([404, 'USER_NOT_FOUND']);
  expect((await spend('boosts', { videoId: 456 })).json().errors).toEqual({ videoId: ['must be text'] });
});

test('the code of a refusal follows its kind', async () => {
  const refusals = [
    [new AppError('failed_precondition', 'INSUFFICIENT_FUNDS', 'x'), 402],
    [new AppError('failed_precondition', 'ACCOUNT_FROZEN', 'x'), 400],
    [new AppError('not_found', 'POINT_ITEM_NOT_FOUND', 'x'), 404],
    [new AppError('already_exists', 'ID_REUSED', 'x', { field: 'itemId' }), 409],
  ] as const;
  for (const [refusal, status] of refusals) {
    peers.economy.purchaseWithPoints = () => Promise.reject(refusal);
    const answer = await post('/api/v1/wallet/points/purchases', { itemId: 'x' });
    expect([answer.statusCode, answer.json().code]).toEqual([status, refusal.reason]);
  }
});
