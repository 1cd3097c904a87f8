/** What wallets promise to clients besides points: coin requests, conversions, withdrawals, freezing. */
import type { Client } from '@fanfare/client';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  balanceShown,
  call,
  expectBalancedLedger,
  expectNothingPosted,
  notified,
  notifiedOf,
  openScene,
  openWallet,
  TIME,
} from './wallet-scene.ts';

/** @param urls of the gateways */
export function walletSuite(urls: () => readonly string[]): void {
  let first: string;
  let last: string;
  let admin: Client;

  beforeAll(async () => {
    ({ first, last, admin } = await openScene(urls()));
  });

  async function seller(limits: { readonly dailyLimit: string; readonly requestLimit: string }, coins: string) {
    const person = await openWallet(last);
    await admin.admin.setCoinSeller(person.userId, { ...limits, isActive: true, reason: 'test' });
    await admin.admin.grantAsset(person.userId, { asset: 'coin', amount: coins, reason: 'stock' });
    return person;
  }

  describe('a coin request', () => {
    test('moves nothing until an administrator approves it, which issues the coins once', async () => {
      const person = await openWallet(first);
      const { coinRequests } = person.client;
      const created = await coinRequests.createCoinRequest({ amount: '50.00', note: 'please' });
      expect(created).toEqual({
        id: expect.any(String),
        userId: person.userId,
        amount: '50.00',
        sellerId: null,
        note: 'please',
        status: 'pending',
        decidedBy: null,
        reason: null,
        createdAt: TIME,
        decidedAt: null,
      });
      expect((await coinRequests.listCoinRequests({ status: 'pending' })).items).toEqual([created]);
      expect((await admin.admin.listAllCoinRequests({ status: 'pending' })).items).toContainEqual(created);
      expect((await person.client.wallet.getWallet()).balances.coin).toBe('0.00');

      const approved = await admin.coinRequests.approveCoinRequest(created.id);
      expect(approved).toEqual({
        ...created,
        status: 'approved',
        decidedBy: expect.any(Number),
        decidedAt: TIME,
      });
      expect(await admin.coinRequests.approveCoinRequest(created.id)).toEqual(approved);
      await balanceShown(person, { coins: '50.00', diamonds: '0.00', points: '0.00' });
      const [line] = (await person.client.wallet.listTransactions({ asset: 'coin' })).items;
      expect(line).toMatchObject({
        action: 'coin_request',
        amount: '50.00',
        balanceBefore: '0.00',
        balanceAfter: '50.00',
        metadata: { coinRequestId: created.id },
      });
      const late = admin.coinRequests.rejectCoinRequest(created.id, { reason: 'too late' });
      await expect(late).rejects.toMatchObject({ code: 'COIN_REQUEST_RESOLVED', details: { status: 'approved' } });
      await expectBalancedLedger(admin);
    });

    test('is paid by a seller out of their own wallet, up to their limit of a day', async () => {
      const sells = await seller({ dailyLimit: '100.00', requestLimit: '80.00' }, '500.00');
      const [person, stranger] = [await openWallet(first), await openWallet(first)];
      const { coinRequests } = person.client;
      const ask = (amount: string) => coinRequests.createCoinRequest({ amount, sellerId: sells.userId });
      const [one, two] = [await ask('60.00'), await ask('70.00')];
      const theirs = await sells.client.coinRequests.listCoinRequests({ scope: 'seller' });
      expect(theirs.items.map(({ id }) => id)).toEqual(expect.arrayContaining([two.id, one.id]));
      await expect(stranger.client.coinRequests.approveCoinRequest(one.id)).rejects.toMatchObject({
        kind: 'forbidden',
      });
      await sells.client.coinRequests.approveCoinRequest(one.id);
      await balanceShown(person, { coins: '60.00' });
      await balanceShown(sells, { coins: '440.00' });
      await expectNothingPosted(admin, async () => {
        const over = sells.client.coinRequests.approveCoinRequest(two.id);
        await expect(over).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', details: { available: '40.00' } });
      });
      const rejected = await sells.client.coinRequests.rejectCoinRequest(two.id, { reason: 'sold out' });
      expect(rejected).toMatchObject({ status: 'rejected', reason: 'sold out', decidedBy: sells.userId });
      expect((await coinRequests.listCoinRequests({ status: 'rejected' })).items).toEqual([rejected]);
      expect((await person.client.wallet.getWallet()).balances.coin).toBe('60.00');
    });

    test('to somebody who sells none is refused', async () => {
      const [person, other] = [await openWallet(first), await openWallet(first)];
      const asked = await call(person, 'POST', '/wallet/coin-requests', { amount: '1', sellerId: other.userId });
      expect([asked.status, asked.answer['code']]).toEqual([404, 'COIN_SELLER_NOT_FOUND']);
    });
  });

  test('diamonds become coins', async () => {
    const person = await openWallet(last);
    await admin.admin.grantAsset(person.userId, { asset: 'diamond', amount: '10.00', reason: 'welcome' });
    const conversion = await person.client.wallet.convertDiamonds({ amount: '4.00' });
    expect(conversion).toEqual({
      id: expect.any(String),
      from: { asset: 'diamond', amount: '4.00' },
      to: { asset: 'coin', amount: '4.00' },
      createdAt: TIME,
    });
    await balanceShown(person, { coins: '4.00', diamonds: '6.00', points: '0.00' });
    await expectNothingPosted(admin, async () => {
      const refused = await call(person, 'POST', '/wallet/conversions', { amount: '6.01' });
      expect(refused.status).toBe(402);
      expect(refused.answer).toMatchObject({ details: { required: '6.01', available: '6.00' } });
    });
  });

  describe('a withdrawal', () => {
    const order = { asset: 'point', amount: '50.00', method: 'bank', destination: 'DE00 1234' } as const;

    async function holder() {
      const person = await openWallet(first);
      await admin.admin.grantAsset(person.userId, { asset: 'point', amount: '150.00', reason: 'welcome' });
      await balanceShown(person, { points: '150.00' });
      return { person, withdrawals: person.client.withdrawals };
    }

    test('holds the amount, which comes back when the user cancels', async () => {
      const { person, withdrawals } = await holder();
      const requested = await withdrawals.requestWithdrawal(order);
      expect(requested).toEqual({
        ...order,
        id: expect.any(String),
        userId: person.userId,
        paidAmount: '0.00',
        status: 'pending',
        reason: null,
        createdAt: TIME,
        expiresAt: TIME,
        resolvedAt: null,
      });
      await balanceShown(person, { points: '100.00' });
      expect((await person.client.wallet.getWallet()).balances.point).toBe('100.00');
      const cancelled = await withdrawals.cancelWithdrawal(requested.id);
      expect(cancelled).toEqual({ ...requested, status: 'cancelled', resolvedAt: TIME });
      await balanceShown(person, { points: '150.00' });
      expect((await withdrawals.listWithdrawals({ status: 'cancelled' })).items).toEqual([cancelled]);
      const late = admin.admin.payWithdrawal(requested.id, { reference: 'x' });
      await expect(late).rejects.toMatchObject({ code: 'WITHDRAWAL_RESOLVED', details: { status: 'cancelled' } });
      // Nothing was earned or deducted by any of it.
      expect(notified(person).map(({ type }) => type)).toEqual(['wallet_update']);
    });

    test('is told as points_deducted when it is paid, and what is not paid is available again', async () => {
      const { person, withdrawals } = await holder();
      const { id } = await withdrawals.requestWithdrawal(order);
      expect((await admin.admin.listAllWithdrawals({ userId: person.userId })).items.map((each) => each.id)).toEqual([
        id,
      ]);
      const paid = await admin.admin.payWithdrawal(id, { amount: '30.00', reference: 'SEPA 1' });
      expect(paid).toMatchObject({ status: 'paid', amount: '50.00', paidAmount: '30.00', resolvedAt: TIME });
      const told = await notifiedOf(person, (data) => 'action' in data && data.action === 'withdrawal');
      expect(told).toMatchObject({
        type: 'points_deducted',
        eventType: 'wallet:points:deducted',
        recipientIds: [person.userId],
        data: { points: 30, newBalance: 120, previousBalance: 150, reason: expect.any(String), timestamp: TIME },
      });
      await balanceShown(person, { points: '120.00' });
      const [line] = (await person.client.wallet.listTransactions({ asset: 'point' })).items;
      expect(line).toMatchObject({ action: 'withdrawal', amount: '-30.00', metadata: { reference: 'SEPA 1' } });
      await expectBalancedLedger(admin);
    });

    test('comes back when an administrator rejects it, and is refused for more than there is', async () => {
      const { person, withdrawals } = await holder();
      const { id } = await withdrawals.requestWithdrawal({ ...order, amount: '150.00' });
      await expectNothingPosted(admin, async () => {
        const more = await call(person, 'POST', '/wallet/withdrawals', { ...order, amount: '1.00' });
        expect([more.status, more.answer['code']]).toEqual([402, 'INSUFFICIENT_FUNDS']);
        const coins = await call(person, 'POST', '/wallet/withdrawals', { ...order, asset: 'coin' });
        expect(coins.answer).toMatchObject({ errors: { asset: ['must be diamond or point'] } });
      });
      const rejected = await admin.admin.rejectWithdrawal(id, { reason: 'no such account' });
      expect(rejected).toMatchObject({ status: 'rejected', reason: 'no such account', paidAmount: '0.00' });
      await balanceShown(person, { points: '150.00' });
      const other = await openWallet(last);
      await expect(other.client.withdrawals.cancelWithdrawal(id)).rejects.toMatchObject({ kind: 'not_found' });
    });
  });

  describe('an administrator', () => {
    test('freezes a wallet, which can still receive, and thaws it', async () => {
      const [person, other] = [await openWallet(first), await openWallet(last)];
      await admin.admin.grantAsset(person.userId, { asset: 'coin', amount: '10.00', reason: 'welcome' });
      await admin.admin.grantAsset(person.userId, { asset: 'point', amount: '10.00', reason: 'welcome' });
      expect(await admin.admin.freezeWallet(person.userId, { reason: 'audit' })).toEqual({
        userId: person.userId,
        frozen: true,
      });
      const transfer = { toUserId: other.userId, amount: '1.00' };
      await expectNothingPosted(admin, async () => {
        for (const [path, body] of [
          ['/wallet/transfers', transfer],
          ['/wallet/points/gifts', transfer],
          ['/wallet/points/boosts', { videoId: '456' }],
          ['/wallet/withdrawals', { asset: 'point', amount: '5.00', method: 'bank', destination: 'DE00' }],
        ] as const) {
          const refused = await call(person, 'POST', path, body);
          expect([refused.status, refused.answer['code']], path).toEqual([400, 'ACCOUNT_FROZEN']);
        }
      });
      await admin.admin.grantAsset(person.userId, { asset: 'coin', amount: '1.00', reason: 'while frozen' });
      expect(await admin.admin.unfreezeWallet(person.userId, { reason: 'done' })).toEqual({
        userId: person.userId,
        frozen: false,
      });
      await person.client.wallet.transferCoins(transfer);
      await balanceShown(person, { coins: '10.00', points: '10.00' });
      expect((await admin.admin.getUserWallet(person.userId)).balances).toEqual({
        coin: '10.00',
        diamond: '0.00',
        point: '10.00',
      });
      const { items } = await admin.admin.listUserTransactions(person.userId, { asset: 'coin' });
      expect(items.map(({ action }) => action)).toEqual(['transfer_sent', 'grant', 'grant']);
      expect(items[0]?.metadata).toEqual({ fromUserId: person.userId, toUserId: other.userId });
    });

    test('says what must stay in a wallet', async () => {
      const [person, other] = [await openWallet(first), await openWallet(last)];
      await admin.admin.grantAsset(person.userId, { asset: 'coin', amount: '10.00', reason: 'welcome' });
      const floor = { asset: 'coin', floor: '4.00', reason: 'deposit' } as const;
      const shown = { userId: person.userId, asset: 'coin', floor: '4.00' };
      expect(await admin.admin.setFloor(person.userId, floor)).toEqual(shown);
      await expectNothingPosted(admin, async () => {
        const refused = person.client.wallet.transferCoins({ toUserId: other.userId, amount: '6.01' });
        await expect(refused).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
      });
      await person.client.wallet.transferCoins({ toUserId: other.userId, amount: '6.00' });
    });

    test('is the only one who may', async () => {
      const person = await openWallet(first);
      const users = `/admin/users/${person.userId}`;
      await expectNothingPosted(admin, async () => {
        for (const [method, path, body] of [
          ['POST', `${users}/grants`, { asset: 'coin', amount: '1', reason: 'mine' }],
          ['POST', `${users}/adjustments`, { asset: 'coin', amount: '1', reason: 'mine' }],
          ['POST', `${users}/penalties`, { amount: '1', reason: 'mine' }],
          ['POST', `${users}/wallet/unfreeze`, { reason: 'mine' }],
          ['PUT', `/admin/point-items/x`, { name: 'x', price: '0.01', isActive: true }],
          ['GET', '/admin/withdrawals', undefined],
        ] as const) {
          expect((await call(person, method, path, body)).answer, path).toMatchObject({ code: 'FORBIDDEN' });
        }
      });
    });
  });
}
