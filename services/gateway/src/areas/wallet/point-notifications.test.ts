import { AccountKind } from '@fanfare/contracts/economy/v1/economy_service';
import { parseMinor } from '@fanfare/kit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  at,
  award,
  dance,
  deduct,
  journal,
  leg,
  notifications,
  payloads,
  shown,
  userLeg,
} from '../../../test/ledger-events.ts';

const { ACCOUNT_KIND_USER, ACCOUNT_KIND_AGENCY, ACCOUNT_KIND_ISSUANCE, ACCOUNT_KIND_PLATFORM, ACCOUNT_KIND_DEBT } =
  AccountKind;

describe('the event follows the action', () => {
  const earning = ['video_liked', 'video_viewed', 'video_shared', 'comment_posted', 'video_uploaded', 'like_received'];
  test.for([...earning, 'share_received'])('%s is points_earned', (action) => {
    const [shownOf] = payloads(award(7n, 200n, action, 200n, 'r'));
    expect(shownOf).toMatchObject({ type: 'points_earned', data: { action, points: 2, newBalance: 2 } });
  });

  test.for(['purchase', 'withdrawal', 'penalty', 'gift_sent', 'boost_post'])('%s is points_deducted', (action) => {
    const [shownOf] = payloads(deduct(7n, 200n, action, 50n, { reason: 'r' }));
    expect(shownOf).toMatchObject({ type: 'points_deducted', data: { action, points: 2, previousBalance: 2.5 } });
  });

  test('a view received is left to the merged event, which counts one view as one', () => {
    expect(notifications(award(7n, 10n, 'view_received', 10n, 'r'))).toEqual([]);
    const merged = {
      userId: 7n,
      ...dance,
      views: 1n,
      minor: 10n,
      balanceAfterMinor: 20n,
      mergedAt: at,
      totalViews: 0n,
    };
    expect(shown('pointsMerged', merged)).toMatchObject([
      { data: { data: { points: 0.1, newBalance: 0.2, previousBalance: 0.1, reason: 'Your video received 1 view' } } },
    ]);
  });

  test.for([
    [1000n, 1000],
    [0n, 3],
  ] as const)('totalViews of %d in all, with 3 merged, is %d', ([counted, totalViews]) => {
    const merged = { userId: 7n, ...dance, views: 3n, minor: 30n, balanceAfterMinor: 30n, mergedAt: at };
    expect(shown('pointsMerged', { ...merged, totalViews: counted })).toMatchObject([
      { data: { data: { points: 0.3, reason: 'Your video received 3 views', metadata: { totalViews } } } },
    ]);
  });

  test('the receiver of points gets wallet_update, without what the sender’s event tells', () => {
    const legs = [userLeg(7n, -500n, 'gift_sent'), userLeg(8n, 500n, 'gift_received')];
    const metadata = { fromUserId: 7, toUserId: 8 };
    const context = JSON.stringify({ metadata });
    const more = { operation: 'points.gift', reason: 'Gifted points', context };
    const [sent, received] = payloads(journal(legs, { 7: 0n, 8: 500n }, more));
    expect(sent).toMatchObject({ type: 'points_deducted', recipientIds: [7], data: { metadata } });
    expect(received).toEqual({
      type: 'wallet_update',
      eventType: 'wallet:balance:updated',
      recipientIds: [8],
      data: {
        userId: 8,
        newBalance: 5,
        previousBalance: 0,
        reason: 'Gifted points',
        timestamp: '2025-12-23T12:00:00Z',
      },
    });
  });

  test('a withdrawal is told at its capture, from the balance before it was requested', () => {
    // 150 were there, 50 were held, 30 are paid and 20 are available again.
    const paid = deduct(7n, 30_00n, 'withdrawal', 120_00n, {
      operation: 'withdrawal.pay',
      hold: { reserve: undefined, capture: { holdId: 'h', minor: 30_00n }, void: undefined, expire: undefined },
    });
    expect(payloads(paid)).toMatchObject([
      { type: 'points_deducted', data: { points: 30, newBalance: 120, previousBalance: 150 } },
    ]);
    const reserved = journal([], { 7: 100_00n }, { operation: 'withdrawal' });
    expect(shown('journalPosted', reserved)).toMatchObject([{ name: 'balance.updated', data: { points: '100.00' } }]);
  });

  const repaid = (earned: bigint, repays: bigint) => [
    leg(ACCOUNT_KIND_ISSUANCE, 0n, -earned, 'video_uploaded'),
    userLeg(7n, earned, 'video_uploaded'),
    userLeg(7n, -repays, 'debt_repaid'),
    leg(ACCOUNT_KIND_DEBT, 7n, repays, 'debt_repaid'),
  ];

  test('a debt that is repaid shows in the balances, and the award in full', () => {
    const emits = shown('journalPosted', journal(repaid(500n, 300n), { 7: 200n }));
    expect(emits.map(({ name }) => name)).toEqual(['notification', 'balance.updated']);
    expect(emits[0]?.data).toMatchObject({ data: { points: 5, newBalance: 2, previousBalance: 0 } });
    expect(emits[1]?.data).toMatchObject({ points: '2.00' });
  });

  test('an award that a debt takes whole changes no balance', () => {
    expect(payloads(journal(repaid(100n, 100n), { 7: 0n }))).toMatchObject([
      { type: 'points_earned', data: { points: 1, newBalance: 0, previousBalance: 0 } },
    ]);
  });

  test('what a capture sets free and a debt takes does not show as withdrawn', () => {
    // 150 were there, 50 were held, 30 are paid, and of the 20 that are free again a debt takes 15.
    const legs = [
      userLeg(7n, -30_00n, 'withdrawal'),
      leg(ACCOUNT_KIND_PLATFORM, 0n, 30_00n, 'withdrawal'),
      userLeg(7n, -15_00n, 'debt_repaid'),
      leg(ACCOUNT_KIND_DEBT, 7n, 15_00n, 'debt_repaid'),
    ];
    const hold = { reserve: undefined, capture: { holdId: 'h', minor: 30_00n }, void: undefined, expire: undefined };
    const paid = journal(legs, { 7: 105_00n }, { operation: 'withdrawal.pay', hold });
    expect(payloads(paid)).toMatchObject([{ data: { points: 30, newBalance: 105, previousBalance: 135 } }]);
  });

  test('a penalty says what was taken, not what became debt', () => {
    const legs = [
      userLeg(7n, -200n, 'penalty'),
      leg(ACCOUNT_KIND_DEBT, 7n, -300n, 'debt_incurred'),
      leg(ACCOUNT_KIND_PLATFORM, 0n, 500n, 'penalty'),
    ];
    expect(payloads(journal(legs, { 7: 0n }, { operation: 'points.penalty', reason: 'Spam' }))).toMatchObject([
      { type: 'points_deducted', data: { action: 'penalty', points: 2, newBalance: 0, previousBalance: 2 } },
    ]);
  });

  test('several legs of one user are told one after the other, each with the balances of the whole journal', () => {
    const legs = [
      userLeg(7n, 100n, 'video_liked'),
      userLeg(8n, 400n, 'like_received'),
      userLeg(7n, 200n, 'video_shared'),
      userLeg(7n, -50n, 'purchase'),
    ];
    const seen = payloads(journal(legs, { 7: 1250n, 8: 400n })) as { data: Record<string, number> }[];
    expect(seen.map(({ data }) => [data['points'], data['previousBalance'], data['newBalance']])).toEqual([
      [1, 10, 12.5],
      [4, 0, 4],
      [2, 10, 12.5],
      [0.5, 10, 12.5],
    ]);
  });

  test('coins, diamonds and agencies are no points of a user', () => {
    const legs = [
      leg(ACCOUNT_KIND_USER, 7n, -100n, 'purchase', 'COIN'),
      leg(ACCOUNT_KIND_USER, 7n, -100n, 'withdrawal', 'DIAMOND'),
      leg(ACCOUNT_KIND_AGENCY, 7n, 100n, 'grant'),
    ];
    expect(notifications(journal(legs, { 7: 0n }))).toEqual([]);
  });

  test('points that go the other way than their action says are a correction', () => {
    const taken = journal([userLeg(7n, -100n, 'video_liked')], { 7: 0n });
    const given = journal([userLeg(7n, 100n, 'purchase')], { 7: 100n });
    for (const posted of [taken, given]) expect(payloads(posted)).toMatchObject([{ type: 'wallet_update' }]);
  });
});

test('without metadata there is none, and a fraction of a second is shown', () => {
  const posted = { ...award(7n, 100n, 'video_viewed', 100n, 'r'), postedAt: new Date('2025-12-23T12:00:00.120Z') };
  const [seen] = payloads(posted) as { data: object }[];
  const [empty] = payloads({ ...posted, context: '{"metadata":{}}' }) as { data: object }[];
  for (const one of [seen, empty]) expect(one?.data).not.toHaveProperty('metadata');
  expect(seen?.data).toMatchObject({ timestamp: '2025-12-23T12:00:00.120Z' });
});

test('an amount up to 10^13 is the number that its decimal text reads as', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 15n - 1n }), (minor) => {
      const [seen] = payloads(award(7n, minor, 'video_liked', minor, 'r')) as { data: { points: number } }[];
      expect(parseMinor(String(seen?.data.points))).toBe(minor);
    }),
  );
});

test('a journal that does not tell a user’s balance is a bug, and not a wrong balance', () => {
  expect(() => payloads(journal([userLeg(7n, 100n, 'grant')], {}))).toThrow('balances of user 7');
});
