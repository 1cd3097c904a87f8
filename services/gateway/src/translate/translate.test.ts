import { type Emit, events } from '@fanfare/contracts';
import { EngagementRecorded } from '@fanfare/contracts/social/event/v1/social_events';
import { encodeBody, MalformedEvent } from '@fanfare/messaging';
import { describe, expect, it, test } from 'vitest';
import { known } from '../../test/known-emits.ts';
import { publicFace } from '../areas.ts';
import type { DomainEvent, EventName, MessageOf } from './table.ts';
import { isNews, parseEvent, producersOf, translate } from './translate.ts';

/** Through the bus and back, as it arrives. */
function shown<N extends EventName>(name: N, message: MessageOf<N>): readonly Emit[] {
  const body = encodeBody(events[name] as never, message);
  return known(translate(publicFace.table, parseEvent(events[name].subject, body) as DomainEvent));
}

const at = new Date('2026-02-03T04:05:06.789Z');
const coin = (minor: bigint) => ({ currency: 'COIN', minor });

const gift: MessageOf<'giftSent'> = {
  id: 'g1',
  journalId: 'j1',
  roomId: 42n,
  senderId: 7n,
  giftId: 3n,
  quantity: 2,
  price: coin(10_050n),
  totalCost: coin(40_200n),
  comboId: 'c1',
  comboCount: 5,
  shares: [8n, 9n].map((recipientId) => ({
    recipientId,
    cost: coin(20_100n),
    earnings: coin(1n),
    agencyId: undefined,
    commission: undefined,
  })),
  wealthXpMultiplier: 1,
  charmXpMultiplier: 1,
  sentAt: at,
};

const shownGift = {
  id: 'g1',
  room_id: 42,
  sender_id: 7,
  recipient_ids: [8, 9],
  gift_id: 3,
  quantity: 2,
  price: '100.50',
  total_cost: '402.00',
  combo_id: 'c1',
  combo_count: 5,
  sent_at: '2026-02-03T04:05:06.789Z',
};

describe('what clients are shown', () => {
  it('of a journal: all three balances, to each user it touched, never dropped', () => {
    const balances = [
      { userId: 7n, coinMinor: 80_000n, diamondMinor: 0n, pointMinor: 10n },
      { userId: 8n, coinMinor: 0n, diamondMinor: 123_456_789_012n, pointMinor: -5n },
    ];
    const journal = {
      journalId: 'j',
      operation: 'gift.send',
      batch: 1n,
      legs: [],
      balances,
      context: '',
      postedAt: at,
      reason: '',
      hold: undefined,
    };
    expect(shown('journalPosted', journal)).toEqual([
      {
        channel: 'user.7',
        name: 'balance.updated',
        class: 'reliable',
        data: { coins: '800.00', diamonds: '0.00', points: '0.10' },
      },
      {
        channel: 'user.8',
        name: 'balance.updated',
        class: 'reliable',
        data: { coins: '0.00', diamonds: '1234567890.12', points: '-0.05' },
      },
    ]);
  });

  it('of a gift in a room: the whole gift, to the room', () => {
    expect(shown('giftSent', gift)).toEqual([
      { channel: 'room.42', name: 'gift.sent', class: 'reliable', data: shownGift },
    ]);
  });

  it('of a gift without a room: the same, to sender and recipients', () => {
    const data = { ...shownGift, room_id: null, combo_id: null };
    expect(shown('giftSent', { ...gift, roomId: undefined, comboId: undefined })).toEqual(
      ['user.7', 'user.8', 'user.9'].map((channel) => ({ channel, name: 'gift.sent', class: 'reliable', data })),
    );
  });

  it('of a chat message: the message, to the room', () => {
    const chat = { id: 'm1', roomId: 42n, userId: 7n, text: 'hello', sentAt: at };
    expect(shown('chatPosted', chat)).toEqual([
      {
        channel: 'room.42',
        name: 'chat.message',
        class: 'reliable',
        data: { id: 'm1', room_id: 42, user_id: 7, text: 'hello', sent_at: '2026-02-03T04:05:06.789Z' },
      },
    ]);
  });

  it('of a count: the count, of which only the newest matters', () => {
    expect(shown('participantsCounted', { roomId: 42n, count: 17 })).toEqual([
      { channel: 'room.42', name: 'room.participant_count', class: 'conflate', data: { room_id: 42, count: 17 } },
    ]);
  });

  it('of a block: who, by whom and why, to the room and to the user', () => {
    const block = { roomId: 42n, userId: 7n, byUserId: 1n, reason: 'spam', blockedAt: at };
    const data = { room_id: 42, user_id: 7, by_user_id: 1, reason: 'spam' };
    expect(shown('memberBlocked', block)).toEqual(
      ['room.42', 'user.7'].map((channel) => ({ channel, name: 'room.member_blocked', class: 'reliable', data })),
    );
    const [first] = shown('memberBlocked', { ...block, reason: '' });
    expect(first?.data).toEqual({ ...data, reason: null });
  });

  it('of a closed room: that it is closed', () => {
    expect(shown('roomClosed', { roomId: 42n, byUserId: 1n, closedAt: at })).toEqual([
      { channel: 'room.42', name: 'room.closed', class: 'reliable', data: { room_id: 42 } },
    ]);
  });

  it('of a departure: only to the sockets that the user still has in the room', () => {
    expect(shown('participantLeft', { roomId: 42n, userId: 7n, cause: 'moved', leftAt: at })).toEqual([
      {
        channel: 'user.7',
        name: 'room.left',
        class: 'reliable',
        room: 42,
        data: { room_id: 42, cause: 'moved', left_at: '2026-02-03T04:05:06.789Z' },
      },
    ]);
    for (const cause of ['blocked', 'closed']) {
      expect(shown('participantLeft', { roomId: 42n, userId: 7n, cause, leftAt: at })).toEqual([]);
    }
  });

  it('of everything else: nothing', () => {
    const user = { userId: 7n, byUserId: 1n, reason: 'r' };
    expect(shown('userRegistered', { userId: 7n, username: 'u', displayName: 'U', registeredAt: at })).toEqual([]);
    expect(shown('userBanned', { ...user, bannedAt: at })).toEqual([]);
    expect(shown('userUnbanned', { ...user, unbannedAt: at })).toEqual([]);
    expect(shown('sessionRevoked', { userId: 7n, sessionId: 's', cause: 'logout', revokedAt: at })).toEqual([]);
    expect(shown('catalogueChanged', { giftId: 3n })).toEqual([]);
    expect(shown('roomCreated', { roomId: 42n, ownerId: 1n, name: 'n', createdAt: at })).toEqual([]);
    expect(shown('participantJoined', { roomId: 42n, userId: 7n, joinedAt: at })).toEqual([]);
    const payment = {
      paymentId: 'p',
      userId: 7n,
      fiat: undefined,
      coins: coin(1n),
      provider: 'test',
      providerRef: 'r',
    };
    expect(shown('paymentSucceeded', payment)).toEqual([]);
    expect(shown('paymentRefunded', payment)).toEqual([]);
    const engagement = EngagementRecorded.fromPartial({ action: 'video_liked', occurredAt: at });
    expect(shown('engagementRecorded', engagement)).toEqual([]);
    expect(shown('memberUnblocked', { roomId: 42n, userId: 7n, byUserId: 1n, unblockedAt: at })).toEqual([]);
  });
});

test('the streams of services whose events are all between services are not read', () => {
  expect([...producersOf(publicFace.table)].sort()).toEqual(['economy', 'gifting', 'identity', 'rooms']);
});

describe('an event', () => {
  it('of a later release is nothing to show', () => {
    expect(parseEvent('evt.rooms.room.painted.v1', '{}')).toBeNull();
  });

  it('that is not the message its subject says is malformed', () => {
    expect(() => parseEvent(events.chatPosted.subject, 'no json')).toThrow(MalformedEvent);
  });

  it('is news until it is older than the history, unless it is sent again', () => {
    const envelope = { time: at, replayed: false } as Parameters<typeof isNews>[0];
    const after = (milliseconds: number): Date => new Date(at.getTime() + milliseconds);
    expect(isNews(envelope, after(599_999), 600_000)).toBe(true);
    expect(isNews(envelope, after(600_000), 600_000)).toBe(false);
    expect(isNews({ ...envelope, replayed: true }, after(1), 600_000)).toBe(false);
  });
});
