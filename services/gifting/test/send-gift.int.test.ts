import type { Gift } from '@fanfare/contracts/gifting/v1/gifting_service';
import { AppError, anonymous, systemCaller } from '@fanfare/kit';
import { eventually } from '@fanfare/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let gift: Gift;
beforeAll(async () => {
  stage = await openStage(2);
  gift = await stage.createGift({});
});
afterAll(() => stage?.close());

let users = 1000n;
/** A sender of their own for each test, so that tests share nothing but the servers. */
function sender(coins: bigint): bigint {
  users += 100n;
  stage.ledger.give(users, coins);
  return users;
}
const refusalOf = async (work: Promise<unknown>): Promise<AppError> => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error('not refused');
  return error;
};

test('a gift is one journal; the ack has the gift and the three balances', async () => {
  const from = sender(100_000n);
  const { gift: sent, balances } = await stage.send(from, {
    id: 'g-1',
    giftId: gift.id,
    quantity: 2,
    roomId: 42n,
    recipientIds: [7n, 8n],
  });
  expect(sent).toMatchObject({ id: 'g-1', roomId: 42n, senderId: from, recipientIds: [7n, 8n], comboCount: 1 });
  expect(sent?.totalCost).toEqual({ currency: 'COIN', minor: 400n });
  expect(balances).toEqual([
    { currency: 'COIN', minor: 99_600n },
    { currency: 'DIAMOND', minor: 0n },
    { currency: 'POINT', minor: 0n },
  ]);
  expect(stage.ledger.balanceOf(7n, 'DIAMOND')).toBe(100n);
});

test('a hundred identical sends to two replicas are one journal, one gift, one event and equal acks', async () => {
  const from = sender(1000n);
  const request = { id: 'same', giftId: gift.id, quantity: 1, roomId: 43n, recipientIds: [9n], comboId: 'c' };
  const acks = await Promise.all(Array.from({ length: 100 }, (_, index) => stage.send(from, request, index % 2)));
  for (const ack of acks) expect(ack).toEqual(acks[0]);
  const mine = stage.ledger.posted.filter((command) => command.userId === from);
  expect(mine).toHaveLength(1);
  await eventually(() => expect(stage.announced.filter((event) => event.senderId === from)).toHaveLength(1));
  const { rows } = await stage.sql.query('select 1 from sent_gifts where sender_id = $1', [from]);
  expect(rows).toHaveLength(1);
});

test('a repeat of an accepted gift gets its receipt, though the room has closed and the gift is retired and dearer', async () => {
  const from = sender(1000n);
  const old = await stage.createGift({ name: 'Candle' });
  const request = { id: 'r', giftId: old.id, quantity: 1, roomId: 50n, recipientIds: [9n] };
  const first = await stage.send(from, request);
  stage.rooms.refuse(50n, 'ROOM_CLOSED');
  expect(await stage.send(from, request)).toEqual(first);
  const retired = { ...old, isActive: false, price: { currency: 'COIN', minor: 999n } };
  await stage.call().updateGift({ gift: retired, updateMask: undefined }, { caller: systemCaller });
  expect(await stage.send(from, request)).toEqual(first);
  expect(await stage.send(from, { ...request, expectedPrice: { currency: 'COIN', minor: 999n } })).toEqual(first);
  expect((await refusalOf(stage.send(from, { ...request, id: 'r-2' }))).reason).toBe('GIFT_INACTIVE');
});

test('a refusal is remembered under its id, also when its reason is gone', async () => {
  const from = sender(1000n);
  stage.rooms.refuse(51n, 'SENDER_BLOCKED');
  const request = { id: 'b', giftId: gift.id, quantity: 1, roomId: 51n, recipientIds: [9n] };
  expect(await refusalOf(stage.send(from, request))).toMatchObject({ reason: 'SENDER_BLOCKED', kind: 'forbidden' });
  stage.rooms.refuse(51n, '');
  expect((await refusalOf(stage.send(from, request))).reason).toBe('SENDER_BLOCKED');
  await stage.send(from, { ...request, id: 'b-2' });
});

test.each([
  ['ROOM_NOT_FOUND', 'not_found'],
  ['ROOM_CLOSED', 'failed_precondition'],
  ['SENDER_NOT_IN_ROOM', 'forbidden'],
  ['RECIPIENT_NOT_IN_ROOM', 'failed_precondition'],
])('a room says %s and nothing moves', async (reason, kind) => {
  const from = sender(1000n);
  stage.rooms.refuse(60n, reason);
  const request = { id: reason, giftId: gift.id, quantity: 1, roomId: 60n, recipientIds: [9n] };
  expect(await refusalOf(stage.send(from, request))).toMatchObject({ reason, kind });
  expect(stage.ledger.balanceOf(from, 'COIN')).toBe(1000n);
});

test('a direct gift asks no room', async () => {
  const before = stage.rooms.checked();
  const { gift: sent } = await stage.send(sender(1000n), { id: 'd', giftId: gift.id, quantity: 1, recipientIds: [9n] });
  expect(sent?.roomId).toBeUndefined();
  expect(stage.rooms.checked()).toBe(before);
});

test('the catalogue refuses an unknown gift, another price and a cost beyond all bounds', async () => {
  const from = sender(1000n);
  const request = { giftId: gift.id, quantity: 1, recipientIds: [9n] };
  expect((await refusalOf(stage.send(from, { ...request, id: 'u', giftId: 999_999n }))).reason).toBe('GIFT_NOT_FOUND');
  const priced = { ...request, id: 'p', expectedPrice: { currency: 'COIN', minor: 99n } };
  expect(await refusalOf(stage.send(from, priced))).toMatchObject({
    reason: 'PRICE_CHANGED',
    details: { expected: '0.99', actual: '1.00' },
  });
  const dear = await stage.createGift({ name: 'Star', price: { currency: 'COIN', minor: 2n ** 52n } });
  const beyond = await refusalOf(stage.send(from, { ...request, id: 'x', giftId: dear.id, quantity: 2 }));
  expect(beyond).toMatchObject({ reason: 'INVALID_ARGUMENT', kind: 'invalid' });
  expect(beyond.fields).toHaveProperty('quantity');
  expect(stage.ledger.balanceOf(from, 'COIN')).toBe(1000n);
});

test('the words of the ledger reach the sender', async () => {
  const from = sender(150n);
  const request = { id: 'f', giftId: gift.id, quantity: 2, recipientIds: [9n] };
  expect(await refusalOf(stage.send(from, request))).toMatchObject({
    reason: 'INSUFFICIENT_FUNDS',
    details: { required: '2.00', available: '1.50' },
  });
  expect(await refusalOf(stage.send(from, { ...request, quantity: 1 }))).toMatchObject({ reason: 'ID_REUSED' });
});

test('a malformed request and a stranger reach neither rooms nor the ledger', async () => {
  const calls = stage.ledger.calls.length;
  const error = await refusalOf(
    stage.send(sender(1000n), { id: 'm', giftId: gift.id, quantity: 0, recipientIds: [9n] }),
  );
  expect(error.fields).toHaveProperty('quantity');
  const stranger = stage
    .call()
    .sendGift(
      { id: 's', giftId: gift.id, quantity: 1, recipientIds: [9n], expectedPrice: undefined },
      { caller: anonymous },
    );
  expect((await refusalOf(stranger)).reason).toBe('UNAUTHENTICATED');
  expect(stage.ledger.calls.length).toBe(calls);
});

test('when the ledger loses its answers the gift is sent again until it is known, and paid once', async () => {
  const from = sender(1000n);
  stage.ledger.setFault('lose-answers');
  const sending = stage.send(from, { id: 'lost', giftId: gift.id, quantity: 1, recipientIds: [9n] });
  await eventually(() =>
    expect(stage.ledger.calls.filter(({ commands }) => commands[0]?.userId === from).length).toBeGreaterThan(2),
  );
  stage.ledger.setFault('none');
  expect((await sending).gift?.id).toBe('lost');
  expect(stage.ledger.balanceOf(from, 'COIN')).toBe(900n);
});

test('while the ledger is away a sender is told to try again, and later the same id succeeds', async () => {
  const from = sender(1000n);
  const request = { id: 'away', giftId: gift.id, quantity: 1, recipientIds: [9n] };
  stage.ledger.setFault('away');
  expect(await refusalOf(stage.send(from, request, 0, 300))).toMatchObject({ retryable: true });
  stage.ledger.setFault('none');
  await stage.send(from, request);
  expect(stage.ledger.balanceOf(from, 'COIN')).toBe(900n);
});

test('a combo counts up over two replicas, a repeat keeps its number, and a failed gift leaves no gap', async () => {
  const from = sender(300n);
  const request = { giftId: gift.id, quantity: 1, roomId: 70n, recipientIds: [9n], comboId: 'combo' };
  const counts: (number | undefined)[] = [];
  for (const [replica, id] of [
    [0, 'c1'],
    [1, 'c2'],
    [1, 'c1'],
    [0, 'c3'],
    [0, 'c3'],
  ] as const) {
    counts.push((await stage.send(from, { ...request, id }, replica)).gift?.comboCount);
  }
  expect(counts).toEqual([1, 2, 1, 3, 3]);
  expect((await refusalOf(stage.send(from, { ...request, id: 'c4' }))).reason).toBe('INSUFFICIENT_FUNDS');
  stage.ledger.give(from, 300n);
  await eventually(async () => {
    const { rows } = await stage.sql.query<{ count: number }>('select count from combos where sender_id = $1', [from]);
    expect(rows).toEqual([{ count: 3 }]);
  });
  expect((await stage.send(from, { ...request, id: 'c5' })).gift?.comboCount).toBe(4);
  expect((await stage.send(from, { ...request, id: 'c6', comboId: 'other' })).gift?.comboCount).toBe(1);
});

test('a gift that is known only from a second look keeps its number, and the next has another', async () => {
  const from = sender(1000n);
  const request = { giftId: gift.id, quantity: 1, roomId: 72n, recipientIds: [9n], comboId: 'lost' };
  stage.ledger.setFault('lose-answers');
  const sending = stage.send(from, { ...request, id: 'k1' });
  await eventually(() =>
    expect(stage.ledger.calls.filter(({ commands }) => commands[0]?.userId === from).length).toBeGreaterThan(1),
  );
  stage.ledger.setFault('none');
  const first = (await sending).gift?.comboCount;
  const next = (await stage.send(from, { ...request, id: 'k2' })).gift?.comboCount;
  expect([first, next]).toEqual([1, 2]);
});

test('gifts of one combo that are sent at once have each a number of their own', async () => {
  const from = sender(100_000n);
  const ids = Array.from({ length: 40 }, (_, index) => `burst-${index}`);
  const acks = await Promise.all(
    ids.map((id, index) =>
      stage.send(from, { id, giftId: gift.id, quantity: 1, roomId: 71n, recipientIds: [9n], comboId: 'b' }, index % 2),
    ),
  );
  const counts = acks.map((ack) => ack.gift?.comboCount ?? 0).sort((a, b) => a - b);
  expect(counts).toEqual(ids.map((_, index) => index + 1));
});

test('a gift for somebody who does not exist is refused by name and takes nothing, with a room or without', async () => {
  stage.identity.nobody.add(404n);
  const from = sender(1000n);
  for (const roomId of [undefined, 42n]) {
    const request = { id: 'g-nobody', giftId: gift.id, quantity: 1, roomId, recipientIds: [7n, 404n] };
    expect(await refusalOf(stage.send(from, request))).toMatchObject({
      kind: 'not_found',
      reason: 'USER_NOT_FOUND',
      details: { userId: '404' },
    });
  }
  expect(stage.ledger.balanceOf(from, 'COIN')).toBe(1000n);
});

test('while identity is away those who are known get their gifts, and nobody else is refused or loses anything', async () => {
  const from = sender(1000n);
  const request = { giftId: gift.id, quantity: 1, recipientIds: [7n] };
  await stage.send(from, { ...request, id: 'g-known' });
  await stage.identity.stop();
  await stage.send(from, { ...request, id: 'g-known-still' });
  const unknown = { ...request, id: 'g-unknown', recipientIds: [9_000_001n] };
  expect(await refusalOf(stage.send(from, unknown))).toMatchObject({ kind: 'unavailable' });
  expect(stage.ledger.balanceOf(from, 'COIN')).toBe(800n);
});
