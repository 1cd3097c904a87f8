import { CoinRequestScope } from '@fanfare/contracts/economy/v1/coin_requests';
import { Withdrawal, WithdrawalStatus } from '@fanfare/contracts/economy/v1/withdrawals';
import { requireRole } from '@fanfare/kit';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { knownAnswer } from './known-answers.ts';
import { NOBODY } from './peers.ts';
import { coins, runHttp } from './running-http.ts';

const http = await runHttp();
const { peers, admin, token, as } = http;
afterAll(http.stop);
beforeEach(http.reset);

const at = new Date('2026-11-21T10:00:00.000Z');
const createdAt = at.toISOString();
const points = (minor: bigint) => ({ currency: 'POINT', minor });
const reason = 'because';

type Method = NonNullable<InjectOptions['method']>;

const ask = (method: Method, path: string, payload?: object, bearer = admin) =>
  as(bearer, { method, url: `/api/v1/admin${path}`, ...(payload !== undefined && { payload }) });

const dataOf = async (method: Method, path: string, payload?: object) => (await ask(method, path, payload)).json().data;

test('a grant has the same answer under its new path and its old one', async () => {
  peers.economy.grant = async ({ userId, amount, reason: why }, { caller }) => {
    requireRole(caller, 'admin');
    return { id: 'j', userId, amount, reason: why, createdAt: at };
  };
  const shown = { id: 'j', userId: 8, asset: 'coin', amount: '1000.00', reason, createdAt };
  for (const path of ['/users/8/grants', '/wallets/8/grants']) {
    const answer = await ask('POST', path, { asset: 'coin', amount: '1000', reason });
    expect([answer.statusCode, answer.json().data]).toEqual([201, shown]);
  }
});

test('a balance is corrected either way, and a penalty tells what became debt', async () => {
  peers.economy.adjust = async ({ userId, amount, reason: why }) => ({
    id: 'j',
    userId,
    amount,
    balance: points(100n),
    reason: why,
    createdAt: at,
  });
  const adjusted = await ask('POST', '/users/8/adjustments', { asset: 'point', amount: '-1.5', reason });
  expect(adjusted.statusCode).toBe(201);
  const { data } = adjusted.json();
  expect(data).toEqual({ id: 'j', userId: 8, asset: 'point', amount: '-1.50', balance: '1.00', reason, createdAt });
  knownAnswer('adjustBalance', data);
  const zero = await ask('POST', '/users/8/adjustments', { asset: 'point', amount: '0', reason });
  expect(zero.json().errors).toEqual({
    amount: [
      'must be a decimal string from -90071992547409.91 to 90071992547409.91, not zero, with at most two places',
    ],
  });

  peers.economy.penalize = async ({ id, userId, amount, reason: why }) => {
    expect(amount).toEqual(points(50_00n));
    const deduction = { id, userId, action: 'penalty', points: points(20_00n), balance: points(0n), reason: why };
    return { deduction: { ...deduction, createdAt: at }, debt: points(30_00n) };
  };
  const penalty = await ask('POST', '/users/8/penalties', { amount: '50', reason });
  expect(penalty.statusCode).toBe(201);
  expect(penalty.json().data).toEqual({
    id: penalty.headers['idempotency-key'],
    userId: 8,
    action: 'penalty',
    points: '20.00',
    balance: '0.00',
    reason,
    createdAt,
    debt: '30.00',
  });
  knownAnswer('penalizeUser', penalty.json().data);
});

test('a wallet is frozen, thawed and given a floor', async () => {
  peers.economy.setWalletFrozen = async ({ userId, frozen }) => ({ userId, frozen });
  peers.economy.setAccountFloor = async ({ userId, floor }) => ({ userId, floor });
  expect(await dataOf('POST', '/users/8/wallet/freeze', { reason })).toEqual({ userId: 8, frozen: true });
  expect(await dataOf('POST', '/users/8/wallet/unfreeze', { reason })).toEqual({ userId: 8, frozen: false });
  const floor = { asset: 'diamond', floor: '0', reason };
  expect(await dataOf('PUT', '/users/8/wallet/floors', floor)).toEqual({ userId: 8, asset: 'diamond', floor: '0.00' });
  const wrong = await ask('PUT', '/users/8/wallet/floors', { ...floor, floor: '-1', reason: ' ' });
  expect(wrong.json().errors).toEqual({
    floor: ['must be a decimal string from 0.00 to 90071992547409.91 with at most two places'],
    reason: ['must be 1 to 500 characters'],
  });
});

test('a user’s wallet and statement are read', async () => {
  peers.economy.getWallet = async ({ userId }) => ({ balances: [coins(userId)] });
  peers.economy.listTransactions = async ({ userId, currency, limit }) => {
    expect([userId, currency, limit]).toEqual([8n, 'POINT', 5]);
    return { transactions: [], nextCursor: '' };
  };
  const balances = { coin: '0.08', diamond: '0.00', point: '0.00' };
  expect(await dataOf('GET', '/users/8/wallet')).toEqual({ balances });
  const page = { items: [], nextCursor: null };
  expect(await dataOf('GET', '/users/8/wallet/transactions?asset=point&limit=5')).toEqual(page);
});

test('coin sellers are made and listed, and everybody’s coin requests', async () => {
  const seller = { userId: 8n, dailyLimit: coins(1000_00n), requestLimit: coins(0n), isActive: true, createdAt: at };
  peers.economy.setCoinSeller = async ({ userId, dailyLimit, requestLimit, isActive, reason: why }) => {
    expect(why).toBe(reason);
    return { coinSeller: { userId, dailyLimit, requestLimit, isActive, createdAt: at } };
  };
  peers.economy.listCoinSellers = async () => ({ coinSellers: [seller], nextCursor: '' });
  peers.economy.listCoinRequests = async ({ scope }) => {
    expect(scope).toBe(CoinRequestScope.COIN_REQUEST_SCOPE_ALL);
    return { coinRequests: [], nextCursor: '' };
  };
  const terms = { dailyLimit: '1000', requestLimit: '0', isActive: true, reason };
  const shown = { userId: 8, dailyLimit: '1000.00', requestLimit: '0.00', isActive: true, createdAt };
  expect(await dataOf('PUT', '/coin-sellers/8', terms)).toEqual(shown);
  knownAnswer('setCoinSeller', shown);
  expect(await dataOf('GET', '/coin-sellers')).toEqual({ items: [shown], nextCursor: null });
  expect(await dataOf('GET', '/coin-requests?status=pending')).toEqual({ items: [], nextCursor: null });
});

test('withdrawals are listed, paid whole or in part, and rejected', async () => {
  const asked: unknown[] = [];
  const withdrawal = (more: object) =>
    Withdrawal.fromPartial({ userId: 8n, amount: points(5n), createdAt: at, expiresAt: at, ...more });
  peers.economy.listWithdrawals = async ({ userId, status }) => {
    asked.push([userId, status]);
    return { withdrawals: [], nextCursor: '' };
  };
  peers.economy.payWithdrawal = async ({ withdrawalId: id, amount, reference }) => {
    asked.push([id, amount?.minor, reference]);
    return { withdrawal: withdrawal({ id, status: WithdrawalStatus.WITHDRAWAL_STATUS_PAID }) };
  };
  peers.economy.rejectWithdrawal = async ({ withdrawalId: id, reason: why }) => ({
    withdrawal: withdrawal({ id, reason: why, status: WithdrawalStatus.WITHDRAWAL_STATUS_REJECTED }),
  });
  await ask('GET', '/withdrawals');
  await ask('GET', '/withdrawals?userId=8&status=pending');
  expect(await dataOf('POST', '/withdrawals/w/pay', { reference: 'sepa 1' })).toMatchObject({ status: 'paid' });
  const paid = await ask('POST', '/withdrawals/w/pay', { amount: '0.03', reference: 'sepa 2' });
  expect(paid.headers['idempotency-key']).toMatch(/^.+$/);
  expect(asked).toEqual([
    [0n, WithdrawalStatus.WITHDRAWAL_STATUS_UNSPECIFIED],
    [8n, WithdrawalStatus.WITHDRAWAL_STATUS_PENDING],
    ['w', undefined, 'sepa 1'],
    ['w', 3n, 'sepa 2'],
  ]);
  const rejected = await ask('POST', '/withdrawals/w/reject', { reason });
  expect(rejected.headers['idempotency-key']).toMatch(/^.+$/);
  expect(rejected.json().data).toMatchObject({ id: 'w', status: 'rejected', reason });
});

test('items that points buy are set and listed, also those that are not for sale', async () => {
  peers.economy.setPointItem = async ({ item }) => ({ item });
  peers.economy.listPointItems = async ({ includeInactive }) => {
    expect(includeInactive).toBe(true);
    return { items: [] };
  };
  const item = { name: 'Premium Badge', price: '50', isActive: false };
  const shown = { id: 'badge_premium', name: 'Premium Badge', price: '50.00', isActive: false };
  expect(await dataOf('PUT', '/point-items/badge_premium', item)).toEqual(shown);
  knownAnswer('setPointItem', shown);
  expect(await dataOf('GET', '/point-items')).toEqual({ items: [], nextCursor: null });
});

test('all of it is for administrators, and about users who exist', async () => {
  const amount = '1';
  const terms = { dailyLimit: amount, requestLimit: amount, isActive: true, reason };
  const aboutUsers: readonly [Method, (id: string) => string, object][] = [
    ['POST', (id) => `/users/${id}/grants`, { asset: 'coin', amount, reason }],
    ['POST', (id) => `/users/${id}/adjustments`, { asset: 'coin', amount, reason }],
    ['POST', (id) => `/users/${id}/penalties`, { amount, reason }],
    ['POST', (id) => `/users/${id}/wallet/freeze`, { reason }],
    ['POST', (id) => `/users/${id}/wallet/unfreeze`, { reason }],
    ['PUT', (id) => `/users/${id}/wallet/floors`, { asset: 'coin', floor: amount, reason }],
    ['PUT', (id) => `/coin-sellers/${id}`, terms],
  ];
  for (const [method, path, payload] of aboutUsers) {
    expect((await ask(method, path('8'), payload, token)).json().code).toBe('FORBIDDEN');
    const nobody = await ask(method, path(String(NOBODY)), payload);
    expect([nobody.statusCode, nobody.json().code]).toEqual([404, 'USER_NOT_FOUND']);
  }
  const others: readonly [Method, string, object?][] = [
    ['GET', '/users/8/wallet'],
    ['GET', '/users/8/wallet/transactions'],
    ['GET', '/coin-requests'],
    ['GET', '/coin-sellers'],
    ['GET', '/withdrawals'],
    ['POST', '/withdrawals/w/pay', { reference: 'r' }],
    ['POST', '/withdrawals/w/reject', { reason }],
    ['PUT', '/point-items/x', { name: 'x', price: amount, isActive: true }],
    ['GET', '/point-items'],
  ];
  for (const [method, path, payload] of others) {
    expect((await ask(method, path, payload, token)).json().code).toBe('FORBIDDEN');
  }
});
