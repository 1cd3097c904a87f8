import { fakeClock } from '@fanfare/kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { as, newUser, openRoom, startWorld, type World } from './world.ts';

const clock = fakeClock(new Date());
let world: World;
beforeAll(async () => {
  world = await startWorld({ ROOM_TOKEN_TTL_SECONDS: '600' }, { clock });
});
afterAll(() => world.stop());

it('a room token says who may do what in which room, and until when', async () => {
  const [owner, guest] = [newUser(), newUser()];
  const room = await openRoom(world.call, {}, owner);
  const permissions = async (user: bigint) => {
    const { token } = await world.call.joinRoom({ roomId: room.id }, as(user));
    const { expiresAt, since, ...rest } = await world.call.validateRoomToken({ token }, as(newUser()));
    expect(since).toEqual(expect.any(Date));
    expect(expiresAt?.getTime()).toBe(Math.floor(clock.now().getTime() / 1000) * 1000 + 600_000);
    return rest;
  };
  expect(await permissions(guest)).toEqual({
    roomId: room.id,
    userId: guest,
    permissions: ['subscribe', 'chat', 'gift'],
  });
  expect((await permissions(owner)).permissions).toContain('publish');
});

it('expires, and is refreshed for as long as the stay lasts, with the same beginning', async () => {
  const [room, user] = [await openRoom(world.call), newUser()];
  const { token } = await world.call.joinRoom({ roomId: room.id }, as(user));
  const { since } = await world.call.validateRoomToken({ token }, as(user));
  clock.advance(601_000);
  await expect(world.call.validateRoomToken({ token }, as(user))).rejects.toMatchObject({ reason: 'TOKEN_EXPIRED' });
  const fresh = await world.call.refreshRoomToken({ roomId: room.id }, as(user));
  expect((await world.call.validateRoomToken(fresh, as(user))).since).toEqual(since);
  await world.call.leaveRoom({ roomId: room.id }, as(user));
  await expect(world.call.refreshRoomToken({ roomId: room.id }, as(user))).rejects.toMatchObject({
    reason: 'NOT_A_PARTICIPANT',
  });
});

it('a text that is no token is refused', async () => {
  for (const token of ['', 'x', 'a.b.c']) {
    await expect(world.call.validateRoomToken({ token }, as(newUser()))).rejects.toMatchObject({
      kind: 'unauthenticated',
      reason: 'TOKEN_INVALID',
    });
  }
});
