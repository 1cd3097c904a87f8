import { SendGiftRequest } from '@fanfare/contracts/gifting/v1/gifting_service';
import { AppError } from '@fanfare/kit';
import { expect, test } from 'vitest';
import { intentOf, parseSendGift } from './send-request.ts';

const good = SendGiftRequest.fromPartial({ id: 'g-1', giftId: 1n, quantity: 2, roomId: 42n, recipientIds: [7n, 8n] });
const parse = (change: Partial<SendGiftRequest>) => parseSendGift({ ...good, ...change }, 5n);
const refusal = (change: Partial<SendGiftRequest>): AppError => {
  try {
    parse(change);
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('not refused');
};

test('a well-formed request passes, with and without what is optional', () => {
  expect(parse({})).toMatchObject({ senderId: 5n, roomId: 42n, comboId: null, expectedPrice: null });
  const price = { currency: 'COIN', minor: 100n };
  expect(parse({ roomId: undefined, comboId: 'c', expectedPrice: price })).toMatchObject({
    roomId: null,
    comboId: 'c',
    expectedPrice: 100n,
  });
});

test.each<[string, Partial<SendGiftRequest>]>([
  ['id', { id: '' }],
  ['id', { id: 'x'.repeat(129) }],
  ['id', { id: 'a\u0000b' }],
  ['giftId', { giftId: 0n }],
  ['giftId', { giftId: 2n ** 53n }],
  ['quantity', { quantity: 0 }],
  ['quantity', { quantity: -1 }],
  ['quantity', { quantity: 1e9 }],
  ['quantity', { quantity: 1.5 }],
  ['roomId', { roomId: -1n }],
  ['recipientIds', { recipientIds: [] }],
  ['recipientIds', { recipientIds: Array.from({ length: 51 }, (_, i) => BigInt(i + 10)) }],
  ['recipientIds', { recipientIds: [0n] }],
  ['comboId', { comboId: '' }],
  ['comboId', { comboId: 'c'.repeat(65) }],
  ['expectedPrice', { expectedPrice: { currency: 'POINT', minor: 1n } }],
])('a malformed %s is refused by name', (field, change) => {
  const error = refusal(change);
  expect(error.reason).toBe('INVALID_ARGUMENT');
  expect(Object.keys(error.fields ?? {})).toEqual([field]);
});

test('a gift to oneself and a recipient named twice have reasons of their own', () => {
  expect(refusal({ recipientIds: [7n, 5n] }).reason).toBe('GIFT_TO_SELF');
  expect(refusal({ recipientIds: [7n, 8n, 7n] }).reason).toBe('RECIPIENT_REPEATED');
});

test('the expected price is no part of the intent, everything else is', () => {
  const intent = intentOf(parse({ comboId: 'c' }));
  expect(intentOf(parse({ comboId: 'c', expectedPrice: { currency: 'COIN', minor: 1n } }))).toEqual(intent);
  expect(intent).toEqual([
    { name: 'giftId', value: '1' },
    { name: 'quantity', value: '2' },
    { name: 'roomId', value: '42' },
    { name: 'recipientIds', value: '7,8' },
    { name: 'comboId', value: 'c' },
  ]);
});
