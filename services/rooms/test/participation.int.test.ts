import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { as, newUser, openRoom, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const join = (roomId: bigint, user: bigint) => world.call.joinRoom({ roomId }, as(user));
const countOf = async (roomId: bigint) => (await world.call.getRoom({ roomId }, as(1n))).room?.participantCount;
const causes = async (roomId: bigint, user: bigint) =>
  (await world.announced(roomId))
    .filter(({ event, data }) => event === 'participantLeft' && data['userId'] === user.toString())
    .map(({ data }) => data['cause']);

/** Versions without gap from 1, in the order of the outbox: what consumers rely on. */
async function expectGapless(roomId: bigint): Promise<void> {
  const told = await world.announced(roomId);
  expect(told.map(({ version }) => version)).toEqual(told.map((_, index) => BigInt(index) + 1n));
}

describe('joining', () => {
  it('makes the caller a participant, counts, and announces both', async () => {
    const [room, user] = [await openRoom(world.call), newUser()];
    const answer = await join(room.id, user);
    expect(answer.room).toMatchObject({ id: room.id, participantCount: 1 });
    const { participants } = await world.call.listParticipants({ roomId: room.id, cursor: '', limit: 0 }, as(user));
    expect(participants).toEqual([{ userId: user, role: 'participant', joinedAt: expect.any(Date) }]);
    expect((await world.announced(room.id)).slice(1)).toMatchObject([
      { event: 'participantJoined', version: 2n, data: { userId: user.toString() } },
      { event: 'participantsCounted', version: 3n, data: { count: 1 } },
    ]);
  });

  it('again changes nothing and answers a fresh token of the same stay', async () => {
    const [room, user] = [await openRoom(world.call), newUser()];
    const first = await join(room.id, user);
    const told = await world.announced(room.id);
    const second = await join(room.id, user);
    expect(second.room).toEqual(first.room);
    const [one, two] = await Promise.all(
      [first, second].map(({ token }) => world.call.validateRoomToken({ token }, as(user))),
    );
    expect(two?.since).toEqual(one?.since);
    expect(await world.announced(room.id)).toEqual(told);
  });

  it('another room leaves the first one, in the same moment', async () => {
    const [first, second, user] = [await openRoom(world.call), await openRoom(world.call), newUser()];
    await join(first.id, user);
    await join(second.id, user);
    expect([await countOf(first.id), await countOf(second.id)]).toEqual([0, 1]);
    expect(await causes(first.id, user)).toEqual(['moved']);
  });

  it('a full room is refused with its capacity, but not for who is in it', async () => {
    const room = await openRoom(world.call, { maxParticipants: 1 });
    const inside = newUser();
    await join(room.id, inside);
    await expect(join(room.id, newUser())).rejects.toMatchObject({
      reason: 'ROOM_CAPACITY_EXCEEDED',
      message: `Room ${room.id} has reached maximum capacity of 1`,
      details: { roomId: `${room.id}`, maxCapacity: '1' },
    });
    await join(room.id, inside);
  });

  it('a refused join leaves the caller where they were', async () => {
    const [first, full, user] = [
      await openRoom(world.call),
      await openRoom(world.call, { maxParticipants: 1 }),
      newUser(),
    ];
    await join(full.id, newUser());
    await join(first.id, user);
    await expect(join(full.id, user)).rejects.toMatchObject({ reason: 'ROOM_CAPACITY_EXCEEDED' });
    expect(await world.call.getUserRooms({ userId: user }, as(user))).toEqual({ activeRoomId: first.id });
  });

  it('is for users', async () => {
    const room = await openRoom(world.call);
    await expect(
      world.call.joinRoom({ roomId: room.id }, { caller: { kind: 0, roles: [], scopes: [] } }),
    ).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' });
  });
});

describe('leaving', () => {
  it('ends the stay once, however often it is asked for', async () => {
    const [room, user] = [await openRoom(world.call), newUser()];
    await join(room.id, user);
    await Promise.all(Array.from({ length: 5 }, () => world.call.leaveRoom({ roomId: room.id }, as(user))));
    expect(await causes(room.id, user)).toEqual(['left']);
    expect(await countOf(room.id)).toBe(0);
  });

  it('a later join begins a new stay, which the old token is not for', async () => {
    const [room, user] = [await openRoom(world.call), newUser()];
    const { token } = await join(room.id, user);
    await world.call.leaveRoom({ roomId: room.id }, as(user));
    const notIn = { reason: 'NOT_A_PARTICIPANT' };
    await expect(world.call.validateRoomToken({ token }, as(user))).rejects.toMatchObject(notIn);
    await join(room.id, user);
    await expect(world.call.validateRoomToken({ token }, as(user))).rejects.toMatchObject(notIn);
  });
});

describe('blocking', () => {
  it('puts the user out and keeps them out until they are unblocked', async () => {
    const [owner, user] = [newUser(), newUser()];
    const room = await openRoom(world.call, {}, owner);
    await join(room.id, user);
    const block = { roomId: room.id, userId: user, reason: 'spam' };
    await world.call.blockUser(block, as(owner));
    await world.call.blockUser({ ...block, reason: 'again' }, as(owner));

    expect(await countOf(room.id)).toBe(0);
    const told = (await world.announced(room.id)).filter(({ event }) => event !== 'participantsCounted').slice(2);
    expect(told).toMatchObject([
      { event: 'memberBlocked', data: { userId: `${user}`, byUserId: `${owner}`, reason: 'spam' } },
      { event: 'participantLeft', data: { userId: `${user}`, cause: 'blocked' } },
    ]);
    await expect(join(room.id, user)).rejects.toMatchObject({ kind: 'forbidden', reason: 'USER_BLOCKED' });

    await world.call.unblockUser({ roomId: room.id, userId: user }, as(owner));
    await world.call.unblockUser({ roomId: room.id, userId: user }, as(owner));
    await join(room.id, user);
    const unblocked = (await world.announced(room.id)).filter(({ event }) => event === 'memberUnblocked');
    expect(unblocked).toHaveLength(1);
  });

  it('is for the owner, and for moderators of the platform, whose command is on record', async () => {
    const [room, user, moderator] = [await openRoom(world.call), newUser(), newUser()];
    const block = { roomId: room.id, userId: user, reason: 'abuse' };
    await expect(world.call.blockUser(block, as(newUser()))).rejects.toMatchObject({
      kind: 'forbidden',
      reason: 'UNAUTHORIZED_ROOM_ACTION',
      message: `Unauthorized to perform block in room ${room.id}`,
    });
    await world.call.blockUser(block, as(moderator, 'moderator'));
    const { rows } = await world.database.query(
      'select caller, action, reason, details from platform.audit_entries where target = $1',
      [`room:${room.id}`],
    );
    expect(rows).toEqual([
      { caller: `user:${moderator}`, action: 'room.block', reason: 'abuse', details: { userId: `${user}` } },
    ]);
  });

  it('nobody blocks the owner or themselves', async () => {
    const [owner, moderator] = [newUser(), newUser()];
    const room = await openRoom(world.call, {}, owner);
    const wrong = { reason: 'INVALID_ARGUMENT', fields: { userId: [expect.any(String)] } };
    const block = (userId: bigint, by: bigint) =>
      world.call.blockUser({ roomId: room.id, userId, reason: '' }, as(by, 'moderator'));
    await expect(block(owner, owner)).rejects.toMatchObject(wrong);
    await expect(block(owner, moderator)).rejects.toMatchObject(wrong);
    await expect(block(moderator, moderator)).rejects.toMatchObject(wrong);
  });
});

it('lists participants in the order they came, page by page', async () => {
  const room = await openRoom(world.call);
  const users = [newUser(), newUser(), newUser()];
  for (const user of users) await join(room.id, user);
  const list = (cursor: string) => world.call.listParticipants({ roomId: room.id, cursor, limit: 2 }, as(newUser()));
  const first = await list('');
  const second = await list(first.nextCursor);
  expect([...first.participants, ...second.participants].map(({ userId }) => userId)).toEqual(users);
  expect(second.nextCursor).toBe('');
});

describe('many at once', () => {
  it('fifty joins for ten places let ten in', async () => {
    const room = await openRoom(world.call, { maxParticipants: 10 });
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => join(room.id, newUser())));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.reason] : []));
    expect(new Set(refused)).toEqual(new Set(['ROOM_CAPACITY_EXCEEDED']));
    expect(await countOf(room.id)).toBe(10);
    await expectGapless(room.id);
  });

  it('users who swap rooms never wait for each other in a circle', async () => {
    const rooms = [await openRoom(world.call), await openRoom(world.call), await openRoom(world.call)];
    const users = Array.from({ length: 12 }, newUser);
    const other = await world.replica();
    const calls = [world.call, other.call];
    const swaps = users.flatMap((user, u) =>
      Array.from({ length: 10 }, (_, n) => {
        const room = rooms[(u * (u % 2 === 0 ? 1 : 2) + n) % rooms.length];
        return calls[n % 2]?.joinRoom({ roomId: room?.id ?? 0n }, as(user));
      }),
    );
    const failed = (await Promise.allSettled(swaps)).filter(({ status }) => status === 'rejected');
    expect(failed).toEqual([]);
    await other.stop();
    const counts = await Promise.all(rooms.map(({ id }) => countOf(id)));
    expect(counts.reduce((sum: number, count) => sum + (count ?? 0), 0)).toBe(users.length);
    for (const room of rooms) await expectGapless(room.id);
    const { rows } = await world.database.query<{ count: number }>(
      `select count(*)::int as count from room_participants where is_active and user_id = any ($1)`,
      [users],
    );
    expect(rows).toEqual([{ count: users.length }]);
  });

  it('a thousand joins, spread over rooms or into one, all get in', async () => {
    const rooms = await Promise.all(Array.from({ length: 10 }, () => openRoom(world.call)));
    const one = await openRoom(world.call, { maxParticipants: 1000 });
    for (const [label, target] of [
      ['10 rooms', (n: number) => rooms[n % rooms.length]?.id ?? 0n],
      ['one room', () => one.id],
    ] as const) {
      const started = performance.now();
      await Promise.all(Array.from({ length: 1000 }, (_, n) => join(target(n), newUser())));
      process.stdout.write(`1000 joins into ${label}: ${Math.round(performance.now() - started)} ms\n`);
    }
    const counts = await Promise.all([...rooms, one].map(({ id }) => countOf(id)));
    expect(counts).toEqual([...rooms.map(() => 100), 1000]);
  });
});
