import { describe, expect, it } from 'vitest';
import { decideGift, type GiftFacts } from './gift-check.ts';

const fine: GiftFacts = {
  roomId: 7n,
  senderId: 1n,
  roomStatus: 'active',
  senderPresent: true,
  senderBlocked: false,
  absentRecipients: [],
};

describe('a gift in a room', () => {
  it('may be sent by who is there to who is there', () => {
    expect(decideGift(fine, true)).toEqual({ reason: '', metadata: {} });
  });

  it.each([
    ['ROOM_NOT_FOUND', { roomStatus: null, senderPresent: false }, { roomId: '7' }],
    ['ROOM_CLOSED', { roomStatus: 'closed', senderPresent: false }, { roomId: '7' }],
    ['SENDER_BLOCKED', { senderBlocked: true, senderPresent: false }, { roomId: '7', senderId: '1' }],
    ['SENDER_NOT_IN_ROOM', { senderPresent: false, absentRecipients: [2n] }, { roomId: '7', senderId: '1' }],
    ['RECIPIENT_NOT_IN_ROOM', { absentRecipients: [3n, 2n] }, { roomId: '7', recipientId: '3' }],
  ])('is refused with %s, naming who and where', (reason, more, metadata) => {
    expect(decideGift({ ...fine, ...more }, true)).toEqual({ reason, metadata });
  });

  it('reaches who is elsewhere where that is allowed', () => {
    expect(decideGift({ ...fine, absentRecipients: [2n] }, false).reason).toBe('');
  });
});
