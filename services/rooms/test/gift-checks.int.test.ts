import type { GiftCheck } from '@fanfare/contracts/rooms/v1/rooms_service';
import { serviceCaller } from '@fanfare/kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { as, newUser, openRoom, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const check = async (...checks: GiftCheck[]) =>
  (await world.call.checkGifts({ checks }, { caller: serviceCaller('gifting') })).verdicts;

it('judges many gifts at once, each by its own room, in their order', async () => {
  const [owner, sender, host, blocked, outsider] = [newUser(), newUser(), newUser(), newUser(), newUser()];
  const room = await openRoom(world.call, {}, owner);
  const closed = await openRoom(world.call);
  await world.call.closeRoom({ roomId: closed.id }, as(closed.ownerId));
  for (const user of [sender, host, blocked]) await world.call.joinRoom({ roomId: room.id }, as(user));
  await world.call.blockUser({ roomId: room.id, userId: blocked, reason: '' }, as(owner));

  const roomId = room.id;
  const verdicts = await check(
    { roomId, senderId: sender, recipientIds: [host] },
    { roomId: 777_777n, senderId: sender, recipientIds: [host] },
    { roomId: closed.id, senderId: sender, recipientIds: [host] },
    { roomId, senderId: outsider, recipientIds: [host] },
    { roomId, senderId: blocked, recipientIds: [host] },
    { roomId, senderId: sender, recipientIds: [host, outsider, blocked] },
    { roomId, senderId: host, recipientIds: [sender] },
  );
  expect(verdicts).toEqual([
    { reason: '', metadata: {} },
    { reason: 'ROOM_NOT_FOUND', metadata: { roomId: '777777' } },
    { reason: 'ROOM_CLOSED', metadata: { roomId: `${closed.id}` } },
    { reason: 'SENDER_NOT_IN_ROOM', metadata: { roomId: `${roomId}`, senderId: `${outsider}` } },
    { reason: 'SENDER_BLOCKED', metadata: { roomId: `${roomId}`, senderId: `${blocked}` } },
    { reason: 'RECIPIENT_NOT_IN_ROOM', metadata: { roomId: `${roomId}`, recipientId: `${outsider}` } },
    { reason: '', metadata: {} },
  ]);
});

it('takes 256 checks, and not one more', async () => {
  const one = { roomId: 1n, senderId: 1n, recipientIds: [2n] };
  expect(await check(...Array.from({ length: 256 }, () => one))).toHaveLength(256);
  await expect(check(...Array.from({ length: 257 }, () => one))).rejects.toMatchObject({
    fields: { checks: [expect.any(String)] },
  });
  expect(await check()).toEqual([]);
});

it('a recipient may be elsewhere where that is configured', async () => {
  const lenient = await world.replica({ GIFT_RECIPIENTS_MUST_BE_IN_ROOM: 'false' });
  const [room, sender] = [await openRoom(world.call), newUser()];
  await world.call.joinRoom({ roomId: room.id }, as(sender));
  const checks = [{ roomId: room.id, senderId: sender, recipientIds: [newUser()] }];
  const { verdicts } = await lenient.call.checkGifts({ checks }, { caller: serviceCaller('gifting') });
  expect(verdicts).toEqual([{ reason: '', metadata: {} }]);
  await lenient.stop();
});

it('is not for users', async () => {
  await expect(world.call.checkGifts({ checks: [] }, as(newUser(), 'admin'))).rejects.toMatchObject({
    reason: 'FORBIDDEN',
  });
});
