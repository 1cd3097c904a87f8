/** Blocking somebody whom a caller names: they have to exist. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { as, newUser, openRoom, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const block = (room: { readonly id: bigint; readonly ownerId: bigint }, userId: bigint) =>
  world.call.blockUser({ roomId: room.id, userId, reason: '' }, as(room.ownerId));

const blocksIn = async (roomId: bigint): Promise<number> =>
  (await world.database.query('select from room_blocks where room_id = $1', [roomId])).rowCount ?? 0;

it('an id without a user is refused by name, and nobody is blocked', async () => {
  const room = await openRoom(world.call);
  world.identity.nobody.add(404n);
  await expect(block(room, 404n)).rejects.toMatchObject({
    kind: 'not_found',
    reason: 'USER_NOT_FOUND',
    details: { userId: '404' },
  });
  expect(await blocksIn(room.id)).toBe(0);
});

it('a user who registered a moment ago can be blocked, though no event has told of them', async () => {
  const room = await openRoom(world.call);
  await block(room, newUser());
  expect(await blocksIn(room.id)).toBe(1);
});

it('while identity is away whoever is known can be blocked, and nobody else is said not to exist', async () => {
  const room = await openRoom(world.call);
  const known = newUser();
  await block(room, known);
  await world.identity.stop();
  await block(await openRoom(world.call), known);
  await expect(block(room, newUser())).rejects.toMatchObject({ kind: 'unavailable' });
});
