import { Transaction as StatementLine } from '@fanfare/contracts/economy/v1/economy_service';
import { AppError, invalid } from '@fanfare/kit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { presentReceipt, presentSentGift } from '../areas/gifts/sent-gift.ts';
import { presentSnapshot } from '../areas/rooms/room-joined.ts';
import { presentTransaction } from '../areas/wallet/transaction.ts';
import { balancesOf } from './balances.ts';
import { presentDetails, presentError, presentErrorBody } from './error.ts';
import { assetOf, currencyOf, idOf, moneyOf } from './scalars.ts';

const at = new Date('2026-11-21T10:00:00.000Z');
const coins = (minor: bigint) => ({ currency: 'COIN', minor });
const sent = {
  id: 'g-1',
  senderId: 7n,
  recipientIds: [8n, 9n],
  giftId: 3n,
  quantity: 2,
  price: coins(100_00n),
  totalCost: coins(400_00n),
  comboCount: 1,
  sentAt: at,
};

test('every id that a sequence can make stays exact, and a larger one is refused', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (id) => {
      expect(idOf(BigInt(id))).toBe(id);
    }),
  );
  expect(() => idOf(2n ** 53n)).toThrow('does not fit');
});

test('money is a decimal string with two places, and none is zero', () => {
  expect([moneyOf(coins(1250n)), moneyOf(coins(-5n)), moneyOf(undefined)]).toEqual(['12.50', '-0.05', '0.00']);
});

test('balances show all three assets, in whatever order the ledger names them', () => {
  const balances = [{ currency: 'POINT', minor: 10n }, coins(5n)];
  expect(balancesOf(balances)).toEqual({ coin: '0.05', diamond: '0.00', point: '0.10' });
});

test('assets and currencies are each other’s names', () => {
  for (const asset of ['coin', 'diamond', 'point'] as const) expect(assetOf(currencyOf(asset))).toBe(asset);
  expect(() => assetOf('EUR')).toThrow('unknown currency');
});

test('a sent gift without a room and combo has nulls for them', () => {
  expect(presentSentGift(sent)).toEqual({
    id: 'g-1',
    roomId: null,
    senderId: 7,
    recipientIds: [8, 9],
    giftId: 3,
    quantity: 2,
    price: '100.00',
    totalCost: '400.00',
    comboId: null,
    comboCount: 1,
    sentAt: '2026-11-21T10:00:00.000Z',
  });
});

test('the sender’s receipt is the gift with the balances recorded with it', () => {
  const receipt = presentReceipt({ gift: { ...sent, roomId: 42n, comboId: 'c' }, balances: [coins(600_00n)] });
  expect(receipt).toMatchObject({ roomId: 42, comboId: 'c' });
  expect(receipt.balances).toEqual({ coin: '600.00', diamond: '0.00', point: '0.00' });
  expect(() => presentReceipt({ gift: undefined, balances: [] })).toThrow('without its gift');
});

const line = {
  id: 't',
  journalId: 'j',
  action: 'transfer_sent',
  amount: { currency: 'DIAMOND', minor: -100n },
  balanceBefore: { currency: 'DIAMOND', minor: 300n },
  balanceAfter: { currency: 'DIAMOND', minor: 200n },
  reason: '',
  metadata: '{"fromUserId":7,"toUserId":8}',
  createdAt: at,
};

test('a transaction has every field of the public object, a signed amount, and its metadata as an object', () => {
  expect(presentTransaction(line)).toEqual({
    id: 't',
    journalId: 'j',
    asset: 'diamond',
    action: 'transfer_sent',
    amount: '-1.00',
    balanceBefore: '3.00',
    balanceAfter: '2.00',
    reason: null,
    metadata: { fromUserId: 7, toUserId: 8 },
    createdAt: at.toISOString(),
  });
  expect(presentTransaction({ ...line, reason: 'thanks' }).reason).toBe('thanks');
  expect(() => presentTransaction({ ...line, metadata: '[1]' })).toThrow('no object');
});

test('of what a posting carries people read its metadata, and nothing else', () => {
  const carried = (action: string, context: object) =>
    presentTransaction({ ...line, action, metadata: JSON.stringify(context) }).metadata;
  const metadata = { videoId: '456', videoTitle: 'Amazing Dance', userType: 'viewer' };
  expect(carried('video_liked', { engagementId: 'e', metadata })).toEqual(metadata);
  // A gift of points has the action of a gift of the catalogue.
  const gift = { fromUserId: 7, toUserId: 8 };
  expect(carried('gift_sent', { metadata: gift })).toEqual(gift);
  expect(carried('withdrawal', { destination: 'DE00', metadata: [1] })).toEqual({});
  expect(presentTransaction({ ...line, action: 'grant', metadata: '' }).metadata).toEqual({});
});

test.for(['purchase', 'refund'])('the %s of a payment tells which payment, and what it was in money', (action) => {
  const payment = {
    paymentId: 'p',
    provider: 'stripe',
    providerRef: 'ch_1',
    fiat: { currency: 'EUR', amount: '9.99' },
  };
  const metadata = JSON.stringify({ ...payment, more: 'of the poster' });
  expect(presentTransaction({ ...line, action, metadata }).metadata).toEqual(payment);
});

test('a purchase with points tells what was bought', () => {
  const item = { itemId: 'badge', itemName: 'Badge' };
  const metadata = JSON.stringify({ metadata: item, points: '50.00' });
  expect(presentTransaction({ ...line, action: 'purchase', metadata }).metadata).toEqual(item);
});

test('a gift in a statement does not tell what others earned by it', () => {
  const metadata = JSON.stringify({ id: 'g1', giftId: 1, quantity: 2, senderId: 7, shares: [[8, '5000']] });
  const shown = presentTransaction(
    StatementLine.fromPartial({ action: 'gift_sent', amount: coins(1n), createdAt: at, metadata }),
  );
  expect(JSON.stringify(shown)).not.toContain('5000');
  expect(shown.metadata).toMatchObject({ id: 'g1', giftId: 1, quantity: 2, senderId: 7, roomId: null });
});

test('a snapshot shows the room, seats, participants and messages as the client knows them', () => {
  const room = {
    id: 42n,
    name: 'Lounge',
    ownerId: 7n,
    status: 2 as const,
    participantCount: 1,
    maxParticipants: 10,
    roomLevel: 1,
    isFeatured: false,
    createdAt: at,
  };
  const snapshot = presentSnapshot({
    room,
    seats: [{ number: 1, state: 'free', muted: false }],
    participants: [{ userId: 7n, role: 'participant', joinedAt: at }],
    messages: [{ id: 'm', roomId: 42n, userId: 7n, text: 'hi', sentAt: at }],
  });
  expect(snapshot.room).toMatchObject({ id: 42, status: 'closed', announcement: null, category: null });
  expect(snapshot.seats).toEqual([{ number: 1, state: 'free', userId: null, muted: false }]);
  expect(snapshot.participants).toEqual([{ userId: 7, role: 'participant', joinedAt: at.toISOString() }]);
  expect(snapshot.messages).toEqual([{ id: 'm', roomId: 42, userId: 7, text: 'hi', sentAt: at.toISOString() }]);
});

test('facts of a refusal are numbers where they are ids, counts and durations, and text where they are money', () => {
  const details = {
    ...{ roomId: '42', byUserId: '7', maxCapacity: '100', retryAfterSeconds: '3', limit: '1' },
    ...{ required: '200.00', available: '150', conversationId: '7', userId: '9007199254740993', field: 'text' },
  };
  expect(presentDetails(details)).toEqual({
    ...details,
    ...{ roomId: 42, byUserId: 7, maxCapacity: 100, retryAfterSeconds: 3, limit: 1 },
  });
  expect(presentDetails({ limit: 'user', maximum: '' })).toEqual({ limit: 'user', maximum: '' });
});

test('REST and sockets tell the same of an error, each in its own shape', () => {
  const error = new AppError('exhausted', 'RATE_LIMITED', 'Too many.', { retryAfterMs: '50' });
  expect(presentError(error, 'r-1')).toEqual({
    kind: 'exhausted',
    reason: 'RATE_LIMITED',
    message: 'Too many.',
    retryable: true,
    details: { retryAfterMs: 50 },
    requestId: 'r-1',
    errors: null,
  });
  expect(presentErrorBody(invalid('quantity', 'must be 1 to 9999'), 'r-2', at)).toEqual({
    success: false,
    message: 'The request is not valid.',
    errors: { quantity: ['must be 1 to 9999'] },
    code: 'INVALID_ARGUMENT',
    kind: 'invalid',
    retryable: false,
    details: {},
    requestId: 'r-2',
    timestamp: '2026-11-21T10:00:00.000Z',
  });
});
