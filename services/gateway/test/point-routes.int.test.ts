import { AppError } from '@fanfare/kit';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { knownAnswer } from './known-answers.ts';
import { NOBODY } from './peers.ts';
import { runHttp } from './running-http.ts';

const http = await runHttp();
const { peers, get, post } = http;
afterAll(http.stop);
beforeEach(http.reset);

const at = new Date('2026-11-21T10:00:00.000Z');
const points = (minor: bigint) => ({ currency: 'POINT', minor });

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
  knownAnswer('purchaseWithPoints', bought.json().data);
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
