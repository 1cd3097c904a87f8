/** What points promise to clients: who earns them, what takes them, and how people are told. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@fanfare/client';
import { eventually } from '@fanfare/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SocialEvents, socialEvents } from './social-events.ts';
import {
  balanceShown,
  call,
  expectBalancedLedger,
  expectNothingPosted,
  type Holder,
  notified,
  notifiedOf,
  openScene,
  openWallet,
  TIME,
} from './wallet-scene.ts';

/**
 * @param urls of the gateways
 * @param natsUrl where engagements are announced
 */
export function pointsSuite(urls: () => readonly string[], natsUrl: () => string): void {
  let first: string;
  let last: string;
  let admin: Client;
  let social: SocialEvents;

  beforeAll(async () => {
    ({ first, last, admin } = await openScene(urls()));
    social = await socialEvents(natsUrl());
  });
  afterAll(() => social?.stop());

  /** A later engagement of somebody else that is told shows that an earlier one was dealt with. */
  async function everythingBefore(): Promise<void> {
    const witness = await openWallet(first);
    await social.record({ actorId: witness.userId, creatorId: witness.userId + 1_000_000, creatorFollowerCount: 0n });
    await notifiedOf(witness, () => true);
  }

  describe('a like', () => {
    test('pays the viewer and the creator, and tells both by socket, wallet and statement', async () => {
      const [viewer, creator] = [await openWallet(first), await openWallet(last)];
      const videoId = randomUUID();
      await social.record({ actorId: viewer.userId, creatorId: creator.userId, videoId });
      const common = { points: 1, newBalance: 1, previousBalance: 0, timestamp: TIME };
      const video = { videoId, videoTitle: 'Amazing Dance' };
      expect(await notifiedOf(viewer, () => true)).toEqual({
        type: 'points_earned',
        eventType: 'wallet:points:earned',
        recipientIds: [viewer.userId],
        data: {
          ...common,
          userId: viewer.userId,
          action: 'video_liked',
          reason: 'Liked a video',
          metadata: { ...video, userType: 'viewer' },
        },
      });
      expect(await notifiedOf(creator, () => true)).toEqual({
        type: 'points_earned',
        eventType: 'wallet:points:earned',
        recipientIds: [creator.userId],
        data: {
          ...common,
          userId: creator.userId,
          action: 'like_received',
          reason: 'Your video received a like',
          metadata: { ...video, userType: 'creator' },
        },
      });
      for (const person of [viewer, creator]) {
        await balanceShown(person, { coins: '0.00', diamonds: '0.00', points: '1.00' });
        expect((await person.client.wallet.getWallet()).balances.point).toBe('1.00');
        expect(await person.client.points.getPoints()).toEqual({ balance: '1.00', currencyName: 'LykCoin' });
      }
      expect((await viewer.client.wallet.listTransactions()).items).toEqual([
        {
          id: expect.any(String),
          journalId: expect.any(String),
          asset: 'point',
          action: 'video_liked',
          amount: '1.00',
          balanceBefore: '0.00',
          balanceAfter: '1.00',
          reason: 'Liked a video',
          metadata: { ...video, userType: 'viewer' },
          createdAt: TIME,
        },
      ]);
      await expectBalancedLedger(admin);
    });

    test('of somebody who follows 99, of a video whose creator has 999 followers, pays nobody', async () => {
      const [viewer, creator] = [await openWallet(first), await openWallet(last)];
      const counts = { actorFollowingCount: 99n, creatorFollowerCount: 999n };
      await social.record({ actorId: viewer.userId, creatorId: creator.userId, ...counts });
      // Nor does one's own.
      await social.record({ actorId: creator.userId, creatorId: creator.userId });
      await everythingBefore();
      for (const person of [viewer, creator]) {
        expect(notified(person)).toEqual([]);
        expect((await person.client.wallet.getWallet()).balances.point).toBe('0.00');
      }
    });

    test('of one video by one viewer pays once, however often it happens', async () => {
      const viewer = await openWallet(first);
      const like = { actorId: viewer.userId, creatorId: viewer.userId + 1_000_000, creatorFollowerCount: 0n };
      const videoId = randomUUID();
      await Promise.all(Array.from({ length: 20 }, () => social.record({ ...like, videoId })));
      await social.record(like);
      await everythingBefore();
      await eventually(() => expect(notified(viewer)).toHaveLength(2));
      expect(notified(viewer).map(({ data }) => data.newBalance)).toEqual([1, 2]);
      expect((await viewer.client.wallet.getWallet()).balances.point).toBe('2.00');
    });
  });

  test('views pay a tenth each, and are told together', async () => {
    const creator = await openWallet(last);
    const videoId = randomUUID();
    const view = { creatorId: creator.userId, action: 'video_viewed', actorFollowingCount: 0n, videoId };
    const viewers = Array.from({ length: 25 }, (_, n) => creator.userId * 1000 + n);
    await Promise.all(viewers.map((actorId, n) => social.record({ ...view, actorId, totalViews: BigInt(1001 + n) })));
    await notifiedOf(creator, ({ newBalance }) => newBalance === 2.5);
    let viewed = 0;
    for (const told of notified(creator)) {
      const { type, data } = told;
      if (type !== 'points_earned') throw new Error(`told as ${type}`);
      const views = Math.round(data.points * 10);
      viewed += views;
      expect(data).toEqual({
        userId: creator.userId,
        action: 'view_received',
        points: views / 10,
        newBalance: viewed / 10,
        previousBalance: (viewed - views) / 10,
        reason: `Your video received ${views} ${views === 1 ? 'view' : 'views'}`,
        timestamp: TIME,
        metadata: { videoId, videoTitle: 'Amazing Dance', totalViews: expect.any(Number), userType: 'creator' },
      });
    }
    expect(viewed).toBe(25);
    const totals = notified(creator).map(({ data }) =>
      'metadata' in data ? data.metadata?.['totalViews'] : undefined,
    );
    expect(totals.every((total) => Number(total) > 1000)).toBe(true);
    expect(totals).toContain(1025);
    expect((await creator.client.wallet.getWallet()).balances.point).toBe('2.50');
    expect((await creator.client.wallet.listTransactions({ limit: 100 })).items).toHaveLength(25);
  });

  test('views that are told late show no older balance than what was told before', async () => {
    const creator = await openWallet(first);
    const view = { creatorId: creator.userId, action: 'video_viewed', actorFollowingCount: 0n, videoId: randomUUID() };
    for (const n of [1, 2, 3, 4, 5]) await social.record({ ...view, actorId: creator.userId * 1000 + n });
    await balanceShown(creator, { points: '0.50' });
    await social.record({ actorId: creator.userId + 1_000_000, creatorId: creator.userId });
    const isViews = (data: object): boolean => 'action' in data && data.action === 'view_received';
    expect((await notifiedOf(creator, isViews)).data).toMatchObject({ newBalance: 1.5, previousBalance: 1 });
  });

  describe('what takes points', () => {
    const itemId = `badge_${randomUUID()}`;
    let spender: Holder;
    let other: Holder;

    beforeAll(async () => {
      [spender, other] = [await openWallet(first), await openWallet(last)];
      await admin.admin.grantAsset(spender.userId, { asset: 'point', amount: '150.00', reason: 'welcome' });
      await admin.admin.setPointItem(itemId, { name: 'Premium Badge', price: '50.00', isActive: true });
    });

    const deducted = (action: string) => notifiedOf(spender, (data) => 'action' in data && data.action === action);

    test('a purchase, once for one key', async () => {
      const items = (await spender.client.points.listPointItems()).items;
      expect(items).toContainEqual({ id: itemId, name: 'Premium Badge', price: '50.00', isActive: true });
      const key = randomUUID();
      const buy = () => call(spender, 'POST', '/wallet/points/purchases', { itemId }, key);
      const [once, again] = [await buy(), await buy()];
      expect([once.status, once.key]).toEqual([201, key]);
      expect(once.answer).toEqual({
        success: true,
        message: 'Success',
        timestamp: TIME,
        data: {
          id: expect.any(String),
          userId: spender.userId,
          action: 'purchase',
          points: '50.00',
          balance: '100.00',
          reason: 'Purchased premium badge',
          createdAt: TIME,
        },
      });
      expect(again.answer['data']).toEqual(once.answer['data']);
      expect(await deducted('purchase')).toEqual({
        type: 'points_deducted',
        eventType: 'wallet:points:deducted',
        recipientIds: [spender.userId],
        data: {
          userId: spender.userId,
          action: 'purchase',
          points: 50,
          newBalance: 100,
          previousBalance: 150,
          reason: 'Purchased premium badge',
          timestamp: TIME,
          metadata: { itemId, itemName: 'Premium Badge' },
        },
      });
    });

    test('a boost and a gift, whose receiver is told too', async () => {
      await spender.client.points.boostVideo({ videoId: '456' });
      expect((await deducted('boost_post')).data).toMatchObject({ points: 10, newBalance: 90, previousBalance: 100 });
      const gift = await spender.client.points.giftPoints({ toUserId: other.userId, amount: '0.5' });
      expect(gift).toMatchObject({ action: 'gift_sent', points: '0.50', balance: '89.50' });
      expect((await deducted('gift_sent')).data).toMatchObject({ points: 0.5, newBalance: 89.5, previousBalance: 90 });
      expect(await notifiedOf(other, () => true)).toEqual({
        type: 'wallet_update',
        eventType: 'wallet:balance:updated',
        recipientIds: [other.userId],
        data: {
          userId: other.userId,
          newBalance: 0.5,
          previousBalance: 0,
          reason: expect.any(String),
          timestamp: TIME,
        },
      });
    });

    test('a penalty, of which the balance does not cover all, and what is earned repays', async () => {
      const person = await openWallet(first);
      await admin.admin.grantAsset(person.userId, { asset: 'point', amount: '20.00', reason: 'welcome' });
      const penalty = await admin.admin.penalizeUser(person.userId, { amount: '50.00', reason: 'Spam' });
      expect(penalty).toMatchObject({ action: 'penalty', points: '20.00', balance: '0.00', debt: '30.00' });
      const told = await notifiedOf(person, (data) => 'action' in data && data.action === 'penalty');
      expect(told.data).toMatchObject({ points: 20, newBalance: 0, previousBalance: 20, reason: 'Spam' });
      await admin.admin.grantAsset(person.userId, { asset: 'point', amount: '40.00', reason: 'sorry' });
      await balanceShown(person, { points: '10.00' });
      expect((await person.client.wallet.getWallet()).balances.point).toBe('10.00');
      await expectBalancedLedger(admin);
    });

    test('a correction, either way', async () => {
      const person = await openWallet(last);
      await admin.admin.grantAsset(person.userId, { asset: 'point', amount: '150.00', reason: 'welcome' });
      const correction = { asset: 'point', amount: '25.00', reason: 'Balance adjustment' } as const;
      expect(await admin.admin.adjustBalance(person.userId, correction)).toMatchObject({
        amount: '25.00',
        balance: '175.00',
      });
      const told = await notifiedOf(person, ({ reason }) => reason === 'Balance adjustment');
      expect(told).toEqual({
        type: 'wallet_update',
        eventType: 'wallet:balance:updated',
        recipientIds: [person.userId],
        data: {
          userId: person.userId,
          newBalance: 175,
          previousBalance: 150,
          reason: 'Balance adjustment',
          timestamp: TIME,
        },
      });
      const back = await admin.admin.adjustBalance(person.userId, { ...correction, amount: '-175.00' });
      expect(back).toMatchObject({ amount: '-175.00', balance: '0.00' });
    });

    const refusals: readonly [title: string, path: string, body: () => object, status: number, code: string][] = [
      ['an item that is dearer than the balance', 'purchases', () => ({ itemId }), 402, 'INSUFFICIENT_FUNDS'],
      ['an unknown item', 'purchases', () => ({ itemId: 'nothing' }), 404, 'POINT_ITEM_NOT_FOUND'],
      ['a gift to oneself', 'gifts', () => ({ toUserId: other.userId, amount: '0.10' }), 400, 'TRANSFER_TO_SELF'],
      ['a gift to nobody', 'gifts', () => ({ toUserId: 2 ** 52, amount: '0.10' }), 404, 'USER_NOT_FOUND'],
      ['a gift of a JSON number', 'gifts', () => ({ toUserId: 1, amount: 0.1 }), 400, 'INVALID_ARGUMENT'],
    ];
    test.for(refusals)('%s is refused, and nothing is posted', async ([, path, body, status, code]) => {
      await expectNothingPosted(admin, async () => {
        const refused = await call(other, 'POST', `/wallet/points/${path}`, body());
        expect([refused.status, refused.answer['code']]).toEqual([status, code]);
      });
    });

    test('one key for two things names what differs', async () => {
      const [key, more] = [randomUUID(), `more_${randomUUID()}`];
      await admin.admin.setPointItem(more, { name: 'More', price: '0.01', isActive: true });
      await call(spender, 'POST', '/wallet/points/purchases', { itemId: more }, key);
      const refused = await call(spender, 'POST', '/wallet/points/purchases', { itemId }, key);
      expect(refused.status).toBe(409);
      expect(refused.answer).toMatchObject({ code: 'ID_REUSED', details: { field: 'itemId' } });
    });
  });
}
