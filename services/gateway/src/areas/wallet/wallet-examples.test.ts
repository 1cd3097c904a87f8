/** The examples of the lykluk seed's wallet section, one by one, from events as the ledger announces them. */

import { AccountKind } from '@fanfare/contracts/economy/v1/economy_service';
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

/** Equal, and the same text: fields in the seed's order. */
function expectExactly(actual: unknown, expected: unknown): void {
  expect(actual).toEqual(expected);
  expect(JSON.stringify(actual)).toBe(JSON.stringify(expected));
}

const viewer = { ...dance, userType: 'viewer' };

describe('the seed’s example', () => {
  test('points_earned, 1: a viewer likes a video', () => {
    const posted = award(123n, 100n, 'video_liked', 150_00n, 'Liked a video', viewer);
    expectExactly(notifications(posted), [
      {
        channel: 'user.123',
        name: 'notification',
        class: 'reliable',
        data: {
          type: 'points_earned',
          eventType: 'wallet:points:earned',
          recipientIds: [123],
          data: {
            userId: 123,
            action: 'video_liked',
            points: 1,
            newBalance: 150,
            previousBalance: 149,
            reason: 'Liked a video',
            timestamp: '2025-12-23T12:00:00Z',
            metadata: { videoId: '456', videoTitle: 'Amazing Dance', userType: 'viewer' },
          },
        },
      },
    ]);
  });

  test('points_earned, 2: a creator’s video gets 1000 views', () => {
    const merged = {
      userId: 789n,
      ...dance,
      views: 1000n,
      minor: 100_00n,
      balanceAfterMinor: 5250_00n,
      mergedAt: at,
      totalViews: 1000n,
    };
    expectExactly(shown('pointsMerged', merged), [
      {
        channel: 'user.789',
        name: 'notification',
        class: 'reliable',
        data: {
          type: 'points_earned',
          eventType: 'wallet:points:earned',
          recipientIds: [789],
          data: {
            userId: 789,
            action: 'view_received',
            points: 100,
            newBalance: 5250,
            previousBalance: 5150,
            reason: 'Your video received 1000 views',
            timestamp: '2025-12-23T12:00:00Z',
            metadata: { videoId: '456', videoTitle: 'Amazing Dance', totalViews: 1000, userType: 'creator' },
          },
        },
      },
    ]);
  });

  test('points_deducted: somebody buys a badge', () => {
    const context = JSON.stringify({ metadata: { itemId: 'badge_premium', itemName: 'Premium Badge' } });
    const more = { operation: 'points.purchase', reason: 'Purchased premium badge', context };
    expectExactly(payloads(deduct(123n, 50_00n, 'purchase', 100_00n, more)), [
      {
        type: 'points_deducted',
        eventType: 'wallet:points:deducted',
        recipientIds: [123],
        data: {
          userId: 123,
          action: 'purchase',
          points: 50,
          newBalance: 100,
          previousBalance: 150,
          reason: 'Purchased premium badge',
          timestamp: '2025-12-23T12:00:00Z',
          metadata: { itemId: 'badge_premium', itemName: 'Premium Badge' },
        },
      },
    ]);
  });

  test('wallet_update: a balance is corrected', () => {
    const legs = [
      leg(AccountKind.ACCOUNT_KIND_ISSUANCE, 0n, -25_00n, 'adjustment'),
      userLeg(123n, 25_00n, 'adjustment'),
    ];
    const more = { operation: 'adjustment', reason: 'Balance adjustment' };
    expectExactly(payloads(journal(legs, { 123: 175_00n }, more)), [
      {
        type: 'wallet_update',
        eventType: 'wallet:balance:updated',
        recipientIds: [123],
        data: {
          userId: 123,
          newBalance: 175,
          previousBalance: 150,
          reason: 'Balance adjustment',
          timestamp: '2025-12-23T12:00:00Z',
        },
      },
    ]);
  });

  test('1, B: one like, to the liker', () => {
    expect(payloads(award(123n, 100n, 'video_liked', 151_00n, 'Liked a video', viewer))).toMatchObject([
      {
        type: 'points_earned',
        recipientIds: [123],
        data: { action: 'video_liked', points: 1, newBalance: 151, reason: 'Liked a video' },
      },
    ]);
  });

  test('1, C: the same like, to the video’s owner', () => {
    const metadata = { ...dance, userType: 'creator' };
    const posted = award(999n, 100n, 'like_received', 5001_00n, 'Your video received a like', metadata);
    expect(payloads(posted)).toMatchObject([
      {
        type: 'points_earned',
        recipientIds: [999],
        data: { action: 'like_received', points: 1, newBalance: 5001, reason: 'Your video received a like' },
      },
    ]);
  });

  test('has its fields in the seed’s order, in the text that is sent', () => {
    const [emit] = notifications(award(123n, 10n, 'video_liked', 100_10n, 'Liked a video', viewer));
    expect(JSON.stringify(emit?.data)).toBe(
      '{"type":"points_earned","eventType":"wallet:points:earned","recipientIds":[123],"data":{"userId":123,' +
        '"action":"video_liked","points":0.1,"newBalance":100.1,"previousBalance":100,"reason":"Liked a video",' +
        '"timestamp":"2025-12-23T12:00:00Z",' +
        '"metadata":{"videoId":"456","videoTitle":"Amazing Dance","userType":"viewer"}}}',
    );
  });
});
