/** What points are spent on, and what happens to prices, repeats and debts meanwhile. */

import { events } from '@fanfare/contracts';
import { eventually } from '@fanfare/testing';
import { describe, expect, it, test } from 'vitest';
import { publishedEvents } from './published-events.ts';
import { admin, newId, runningService, user } from './running-service.ts';

const { call, grant, walletOf, statement, sql, natsUrl } = runningService();
const point = (minor: bigint) => ({ currency: 'POINT', minor });
const points = async (userId: bigint): Promise<string | undefined> => (await walletOf(userId))[2];
const earn = (userId: bigint, minor: bigint) => grant(userId, minor, { amount: point(minor) });

const badge = { id: 'badge_premium', name: 'Premium Badge', price: point(5000n), isActive: true };
const setItem = (more: Partial<typeof badge> = {}, caller = admin) =>
  call().setPointItem({ item: { ...badge, ...more } }, { caller });
const purchase = (userId: bigint, itemId: string, id = newId()) =>
  call().purchaseWithPoints({ id, itemId }, { caller: user(userId) });
const gift = (from: bigint, toUserId: bigint, minor: bigint, id = newId()) =>
  call().giftPoints({ id, toUserId, amount: point(minor) }, { caller: user(from) });
const penalize = (userId: bigint, minor: bigint, id = newId()) =>
  call().penalize({ id, userId, amount: point(minor), reason: 'Spam' }, { caller: admin });

describe('what points can buy', () => {
  it('is set by administrators, with an audit row each time, and listed by id', async () => {
    await setItem({ id: 'list_b' });
    await setItem({ id: 'list_a', isActive: false });
    await setItem({ id: 'list_b', name: 'Other', price: point(1n) });
    const ids = async (includeInactive: boolean, caller = user(1n)) => {
      const { items } = await call().listPointItems({ includeInactive }, { caller });
      return items.filter(({ id }) => id.startsWith('list_')).map(({ id, name, price }) => [id, name, price?.minor]);
    };
    expect(await ids(false)).toEqual([['list_b', 'Other', 1n]]);
    expect(await ids(true, admin)).toEqual([
      ['list_a', 'Premium Badge', 5000n],
      ['list_b', 'Other', 1n],
    ]);
    await expect(ids(true)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(setItem({}, user(1n))).rejects.toMatchObject({ kind: 'forbidden' });
    const rows = await sql(`select details ->> 'name' as name from platform.audit_entries
      where action = 'point_item.set' and target = 'point_item:list_b' order by id`);
    expect(rows).toEqual([{ name: 'Premium Badge' }, { name: 'Other' }]);
  });

  it('ends at a thousand items', async () => {
    await sql(`insert into point_items (id, name, price_minor, is_active)
      select 'many_' || n, 'x', 1, false from generate_series(1, 1000 - (select count(*)::int from point_items)) as n`);
    await expect(setItem({ id: 'one_more' })).rejects.toMatchObject({ reason: 'TOO_MANY_POINT_ITEMS' });
    expect(await setItem({ id: 'many_1' })).toMatchObject({ item: { id: 'many_1' } });
    await sql(`delete from point_items where id like 'many_%'`);
  });
});

describe('a purchase', () => {
  it("points deduction works for purchases, as the app's own example has it", async () => {
    await setItem();
    await earn(123n, 15_000n);
    const { deduction } = await purchase(123n, 'badge_premium');
    expect(deduction).toMatchObject({
      userId: 123n,
      action: 'purchase',
      points: point(5000n),
      balance: point(10_000n),
      reason: 'Purchased premium badge',
    });
    const { transactions } = await statement(123n);
    expect(transactions[0]).toMatchObject({
      action: 'purchase',
      amount: point(-5000n),
      reason: 'Purchased premium badge',
    });
    expect(JSON.parse(transactions[0]?.metadata ?? '').metadata).toEqual({
      itemId: 'badge_premium',
      itemName: 'Premium Badge',
    });
    const journals = await eventually(async () => {
      const found = (await publishedEvents(natsUrl(), events.journalPosted)).filter(
        ({ journalId }) => journalId === deduction?.id,
      );
      expect(found).toHaveLength(1);
      return found;
    });
    expect(journals).toMatchObject([
      { operation: 'points.purchase', reason: 'Purchased premium badge', balances: [{ pointMinor: 10_000n }] },
    ]);
  });

  it('repeated answers as the first time did, whatever the item costs, is called or is by then', async () => {
    await setItem({ id: 'moving' });
    await earn(124n, 15_000n);
    const first = await purchase(124n, 'moving', 'twice');
    await setItem({ id: 'moving', name: 'Dearer', price: point(1_000_000n) });
    expect(await purchase(124n, 'moving', 'twice')).toEqual(first);
    await setItem({ id: 'moving', isActive: false });
    expect(await purchase(124n, 'moving', 'twice')).toEqual(first);
    expect(await points(124n)).toBe('POINT 100.00');
    await expect(purchase(124n, 'badge_premium', 'twice')).rejects.toMatchObject({
      reason: 'ID_REUSED',
      details: { field: 'itemId' },
    });
  });

  it('of what is not there or not for sale is refused', async () => {
    await setItem({ id: 'hidden', isActive: false });
    await earn(125n, 15_000n);
    for (const itemId of ['hidden', 'nothing']) {
      await expect(purchase(125n, itemId)).rejects.toMatchObject({ kind: 'not_found', reason: 'POINT_ITEM_NOT_FOUND' });
    }
    await expect(purchase(125n, 'no such thing')).rejects.toMatchObject({ fields: { itemId: [expect.any(String)] } });
    expect(await points(125n)).toBe('POINT 150.00');
  });

  it('never makes a balance negative, however many come at once', async () => {
    await setItem({ id: 'cheap', price: point(3000n) });
    await earn(126n, 10_000n);
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => purchase(126n, 'cheap')));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { reason: 'INSUFFICIENT_FUNDS', details: { required: '30.00', available: '10.00' } },
    });
    expect(await points(126n)).toBe('POINT 10.00');
  });
});

describe('a boost', () => {
  it('takes the configured price for a video, once per id', async () => {
    await earn(130n, 2500n);
    const boost = (videoId: string, id: string) => call().boostVideo({ id, videoId }, { caller: user(130n) });
    const first = await boost('456', 'boost');
    expect(first.deduction).toMatchObject({
      action: 'boost_post',
      points: point(1000n),
      balance: point(1500n),
      reason: 'Boosted a video',
    });
    expect(await boost('456', 'boost')).toEqual(first);
    await expect(boost('457', 'boost')).rejects.toMatchObject({ details: { field: 'videoId' } });
    await expect(boost('', newId())).rejects.toMatchObject({ fields: { videoId: [expect.any(String)] } });
    expect(JSON.parse((await statement(130n)).transactions[0]?.metadata ?? '').metadata).toEqual({ videoId: '456' });
  });
});

describe('a gift of points', () => {
  it('moves points to another user, who reads what it was and of whom', async () => {
    await earn(140n, 1000n);
    const { deduction } = await gift(140n, 141n, 250n);
    expect(deduction).toMatchObject({
      action: 'gift_sent',
      points: point(250n),
      balance: point(750n),
      reason: 'Gifted points',
    });
    expect(await points(141n)).toBe('POINT 2.50');
    const { transactions } = await statement(141n);
    expect(transactions).toMatchObject([{ action: 'gift_received', amount: point(250n) }]);
    const metadata = { fromUserId: 140, toUserId: 141 };
    expect(JSON.parse(transactions[0]?.metadata ?? '')).toMatchObject({ metadata });
  });

  it('to oneself, of nothing, of coins, to nobody or of more than there is is refused', async () => {
    await earn(142n, 100n);
    await expect(gift(142n, 142n, 1n)).rejects.toMatchObject({ reason: 'TRANSFER_TO_SELF' });
    await expect(gift(142n, 143n, 0n)).rejects.toMatchObject({ fields: { amount: [expect.any(String)] } });
    await expect(gift(142n, 0n, 1n)).rejects.toMatchObject({ fields: { toUserId: [expect.any(String)] } });
    await expect(gift(142n, 143n, 101n)).rejects.toMatchObject({ reason: 'INSUFFICIENT_FUNDS' });
    const coins = { id: newId(), toUserId: 143n, amount: { currency: 'COIN', minor: 1n } };
    await expect(call().giftPoints(coins, { caller: user(142n) })).rejects.toMatchObject({
      fields: { asset: [expect.any(String)] },
    });
  });
});

describe('a penalty', () => {
  it('takes points and leaves an audit row, however often it is repeated', async () => {
    await earn(150n, 1000n);
    const first = await penalize(150n, 400n, 'spam');
    expect(first).toMatchObject({
      deduction: { userId: 150n, action: 'penalty', points: point(400n), balance: point(600n), reason: 'Spam' },
      debt: point(0n),
    });
    expect(await penalize(150n, 400n, 'spam')).toEqual(first);
    const rows = await sql(`select caller, reason from platform.audit_entries where action = 'points.penalize'
      and target = 'user:150'`);
    expect(rows).toEqual([{ caller: 'user:1', reason: 'Spam' }]);
  });

  it('beyond the balance becomes debt, which the next points repay first: the balance never goes negative', async () => {
    await earn(151n, 300n);
    const first = await penalize(151n, 1000n, 'large');
    expect(first).toMatchObject({ deduction: { points: point(300n), balance: point(0n) }, debt: point(700n) });
    await earn(151n, 500n);
    expect(await points(151n)).toBe('POINT 0.00');
    await earn(151n, 500n);
    expect(await points(151n)).toBe('POINT 3.00');
    // The split is that of the first time.
    expect(await penalize(151n, 1000n, 'large')).toEqual(first);
  });

  it('of somebody who has nothing is all debt, and a frozen wallet is no shelter', async () => {
    expect(await penalize(152n, 100n)).toMatchObject({ deduction: { points: point(0n) }, debt: point(100n) });
    await earn(153n, 300n);
    await sql('update accounts set frozen = true where owner_id = 153 and kind = 1');
    expect(await penalize(153n, 100n)).toMatchObject({ deduction: { points: point(100n), balance: point(200n) } });
  });

  test('is for administrators, in points, of more than nothing and with a reason', async () => {
    const request = { id: newId(), userId: 150n, amount: point(1n), reason: 'Spam' };
    const ask = (more: object, caller = admin) => call().penalize({ ...request, ...more }, { caller });
    await expect(ask({}, user(2n))).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(ask({ reason: '' })).rejects.toMatchObject({ fields: { reason: [expect.any(String)] } });
    await expect(ask({ amount: point(0n) })).rejects.toMatchObject({ fields: { amount: [expect.any(String)] } });
    await expect(ask({ amount: { currency: 'COIN', minor: 1n } })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(ask({ userId: 0n })).rejects.toMatchObject({ fields: { userId: [expect.any(String)] } });
  });
});
