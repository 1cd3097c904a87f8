import { expect, test } from 'vitest';
import type { GiftRequest } from '../sending/send-request.ts';
import { comboKeyOf } from './combos.ts';

const request: GiftRequest = {
  id: 'g-1',
  senderId: 5n,
  giftId: 3n,
  quantity: 1,
  roomId: 42n,
  recipientIds: [8n, 10n],
  comboId: 'c',
  expectedPrice: null,
};

test('another id, quantity or order of the recipients is still the same combo', () => {
  const same = { ...request, id: 'g-2', quantity: 9, recipientIds: [10n, 8n] };
  expect(comboKeyOf(same)).toEqual(comboKeyOf(request));
});

test.each<Partial<GiftRequest>>([
  { senderId: 6n },
  { giftId: 4n },
  { roomId: null },
  { recipientIds: [8n] },
  { recipientIds: [81n, 0n] },
  { comboId: 'd' },
])('%o makes another combo', (change) => {
  expect(comboKeyOf({ ...request, ...change })).not.toEqual(comboKeyOf(request));
});
