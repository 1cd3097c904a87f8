import {
  type CreateRoomRequest,
  ListRoomsRequest,
  type Room,
  RoomStatus,
} from '@fanfare/contracts/rooms/v1/rooms_service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { as, newUser, openRoom, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ ROOM_CAPACITY_MAX: '500', ROOM_CAPACITY_DEFAULT: '200' });
});
afterAll(() => world.stop());

const open = (owner: bigint, more: Partial<CreateRoomRequest> = {}) => openRoom(world.call, more, owner);

const list = (filter: Partial<ListRoomsRequest>) =>
  world.call.listRooms(ListRoomsRequest.fromPartial(filter), as(newUser()));

describe('opening a room', () => {
  it('makes an active, empty room of the caller and announces it', async () => {
    const owner = newUser();
    const room = await open(owner, { name: ' Friday night ', category: 'music', language: 'pt-BR' });
    expect(room).toMatchObject({
      name: 'Friday night',
      ownerId: owner,
      status: RoomStatus.ROOM_STATUS_ACTIVE,
      participantCount: 0,
      maxParticipants: 200,
      category: 'music',
      language: 'pt-BR',
    });
    expect(await world.call.getRoom({ roomId: room.id }, as(newUser()))).toEqual({ room });
    expect(await world.announced(room.id)).toEqual([
      {
        event: 'roomCreated',
        version: 1n,
        data: {
          roomId: room.id.toString(),
          ownerId: owner.toString(),
          name: 'Friday night',
          createdAt: room.createdAt?.toISOString(),
        },
      },
    ]);
  });

  it('is refused while the caller owns another active one, and allowed after it was closed', async () => {
    const owner = newUser();
    const first = await open(owner);
    await expect(open(owner)).rejects.toMatchObject({ reason: 'ROOM_LIMIT_REACHED', details: { limit: '1' } });
    await world.call.closeRoom({ roomId: first.id }, as(owner));
    await open(owner);
  });

  it('gives one room to somebody who asks ten times at once', async () => {
    const owner = newUser();
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => open(owner)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it.each([
    ['name', { name: '   ' }],
    ['name', { name: 'x'.repeat(81) }],
    ['name', { name: 'two\nlines' }],
    ['maxParticipants', { maxParticipants: 501 }],
    ['maxParticipants', { maxParticipants: -1 }],
    ['backgroundMusicUrl', { backgroundMusicUrl: 'javascript:alert(1)' }],
    ['announcement', { announcement: 'x'.repeat(501) }],
  ])('refuses a %s that breaks its rule', async (field, more) => {
    await expect(open(newUser(), more)).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      fields: { [field]: [expect.any(String)] },
    });
  });
});

describe('listing rooms', () => {
  it('shows active rooms, fullest first, page by page', async () => {
    const rooms: Room[] = [];
    for (const people of [1, 3, 2, 0]) {
      const room = await open(newUser(), { category: 'paged' });
      for (let n = 0; n < people; n += 1) await world.call.joinRoom({ roomId: room.id }, as(newUser()));
      rooms.push(room);
    }
    const closed = await open(newUser(), { category: 'paged' });
    await world.call.closeRoom({ roomId: closed.id }, as(closed.ownerId));

    const shown: bigint[] = [];
    let cursor = '';
    do {
      const page = await list({ category: 'paged', limit: 3, cursor });
      shown.push(...page.rooms.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== '');
    const [one, three, two, none] = rooms.map(({ id }) => id);
    expect(shown).toEqual([three, two, one, none]);
  });

  it('filters by language, by level, by what is featured and by a part of the name in any case', async () => {
    const plain = await open(newUser(), { name: 'Ünique 100% fun', language: 'xx' });
    const special = await open(newUser(), { name: 'Other', language: 'xx' });
    await world.database.query('update rooms set room_level = 7, is_featured = true where id = $1', [special.id]);
    const ids = async (filter: Partial<ListRoomsRequest>) =>
      (await list({ language: 'xx', ...filter })).rooms.map(({ id }) => id);
    expect(await ids({})).toEqual([special.id, plain.id]);
    expect(await ids({ featuredOnly: true })).toEqual([special.id]);
    expect(await ids({ minimumLevel: 7 })).toEqual([special.id]);
    expect(await ids({ query: 'üNIQUE 100%' })).toEqual([plain.id]);
    expect(await ids({ query: '1_0%' })).toEqual([]);
  });

  it('refuses a cursor and a limit that it did not give out', async () => {
    await expect(list({ cursor: 'bm9wZQ' })).rejects.toMatchObject({ fields: { cursor: [expect.any(String)] } });
    await expect(list({ limit: 101 })).rejects.toMatchObject({ fields: { limit: [expect.any(String)] } });
  });
});

describe('closing a room', () => {
  it('puts everybody out, is announced last, and changes nothing when repeated', async () => {
    const [owner, guest] = [newUser(), newUser()];
    const room = await open(owner);
    await world.call.joinRoom({ roomId: room.id }, as(owner));
    await world.call.joinRoom({ roomId: room.id }, as(guest));
    const { room: closed } = await world.call.closeRoom({ roomId: room.id }, as(owner));
    expect(closed).toMatchObject({ status: RoomStatus.ROOM_STATUS_CLOSED, participantCount: 0 });
    expect(await world.call.closeRoom({ roomId: room.id }, as(owner))).toEqual({ room: closed });

    const told = await world.announced(room.id);
    expect(told.filter(({ event }) => event === 'participantLeft').map(({ data }) => data['cause'])).toEqual([
      'closed',
      'closed',
    ]);
    expect(told.at(-1)).toMatchObject({ event: 'roomClosed', data: { byUserId: owner.toString() } });
    expect(await world.call.getUserRooms({ userId: guest }, as(guest))).toEqual({});
    await expect(world.call.joinRoom({ roomId: room.id }, as(guest))).rejects.toMatchObject({ reason: 'ROOM_CLOSED' });
  });

  it('is for the owner and for administrators, whose command is on record', async () => {
    const room = await open(newUser());
    for (const roles of [[], ['moderator']]) {
      await expect(world.call.closeRoom({ roomId: room.id }, as(newUser(), ...roles))).rejects.toMatchObject({
        kind: 'forbidden',
        reason: 'UNAUTHORIZED_ROOM_ACTION',
        message: `Unauthorized to perform close in room ${room.id}`,
      });
    }
    const admin = newUser();
    await world.call.closeRoom({ roomId: room.id }, as(admin, 'admin'));
    const { rows } = await world.database.query('select caller, action from platform.audit_entries where target = $1', [
      `room:${room.id}`,
    ]);
    expect(rows).toEqual([{ caller: `user:${admin}`, action: 'room.close' }]);
  });
});

it('an unknown room is not found', async () => {
  const roomId = 999_999n;
  const refused = { kind: 'not_found', reason: 'ROOM_NOT_FOUND', details: { roomId: '999999' } };
  const user = as(newUser());
  await expect(world.call.getRoom({ roomId }, user)).rejects.toMatchObject(refused);
  await expect(world.call.joinRoom({ roomId }, user)).rejects.toMatchObject(refused);
  await expect(world.call.leaveRoom({ roomId }, user)).rejects.toMatchObject(refused);
  await expect(world.call.closeRoom({ roomId }, user)).rejects.toMatchObject(refused);
  await expect(world.call.getSnapshot({ roomId }, user)).rejects.toMatchObject(refused);
  await expect(world.call.listParticipants({ roomId, cursor: '', limit: 0 }, user)).rejects.toMatchObject(refused);
});

it('the rooms of a user are the one they are in and the one they own', async () => {
  const user = newUser();
  const owned = await open(user);
  const other = await open(newUser());
  await world.call.joinRoom({ roomId: other.id }, as(user));
  expect(await world.call.getUserRooms({ userId: user }, as(newUser()))).toEqual({
    activeRoomId: other.id,
    ownedRoomId: owned.id,
  });
});
