import { serviceCaller } from '@fanfare/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pruneChat } from '../src/chat/chat-retention.ts';
import { as, newUser, openRoom, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ ROOM_SEATS: '3' });
});
afterAll(() => world.stop());

async function roomWith(...users: bigint[]): Promise<bigint> {
  const room = await openRoom(world.call);
  for (const user of users) await world.call.joinRoom({ roomId: room.id }, as(user));
  return room.id;
}

const say = (roomId: bigint, user: bigint, id: string, text: string) =>
  world.call.sendChat({ roomId, id, text }, as(user));

const posted = async (roomId: bigint) =>
  (await world.announced(roomId)).filter(({ event }) => event === 'chatPosted').map(({ data }) => data);

describe('saying something', () => {
  it('stores and announces it as it was said', async () => {
    const user = newUser();
    const roomId = await roomWith(user);
    const { message } = await say(roomId, user, 'm1', 'Olá 👩‍👩‍👧‍👦\nzwei');
    expect(message).toMatchObject({ roomId, userId: user, text: 'Olá 👩‍👩‍👧‍👦\nzwei' });
    expect(await posted(roomId)).toEqual([
      {
        id: message?.id,
        roomId: `${roomId}`,
        userId: `${user}`,
        text: message?.text,
        sentAt: message?.sentAt?.toISOString(),
      },
    ]);
  });

  it('twenty times at once under one id makes one message and one event', async () => {
    const user = newUser();
    const roomId = await roomWith(user);
    const answers = await Promise.all(Array.from({ length: 20 }, () => say(roomId, user, 'same', 'hello')));
    expect(new Set(answers.map(({ message }) => message?.id)).size).toBe(1);
    expect(await posted(roomId)).toHaveLength(1);
  });

  it('a repeat is answered also after the sender has left and the room has closed', async () => {
    const user = newUser();
    const room = await openRoom(world.call, {}, user);
    await world.call.joinRoom({ roomId: room.id }, as(user));
    const first = await say(room.id, user, 'm1', 'hello');
    await world.call.closeRoom({ roomId: room.id }, as(user));
    expect(await say(room.id, user, 'm1', 'hello')).toEqual(first);
  });

  it('an id that was used for something else is refused by the field that differs', async () => {
    const user = newUser();
    const [first, second] = [await roomWith(user), await roomWith()];
    await say(first, user, 'm1', 'hello');
    const reused = (field: string) => ({ reason: 'ID_REUSED', details: { field } });
    await expect(say(first, user, 'm1', 'other')).rejects.toMatchObject(reused('text'));
    await expect(say(second, user, 'm1', 'hello')).rejects.toMatchObject(reused('roomId'));
  });

  it('two users who choose the same id do not meet', async () => {
    const [one, two] = [newUser(), newUser()];
    const roomId = await roomWith(one, two);
    await say(roomId, one, 'm1', 'hello');
    await say(roomId, two, 'm1', 'world');
    expect(await posted(roomId)).toHaveLength(2);
  });

  it('is for participants of an open room', async () => {
    const [owner, outsider] = [newUser(), newUser()];
    const room = await openRoom(world.call, {}, owner);
    await expect(say(room.id, outsider, 'm1', 'x')).rejects.toMatchObject({ reason: 'NOT_A_PARTICIPANT' });
    await world.call.joinRoom({ roomId: room.id }, as(owner));
    await world.call.closeRoom({ roomId: room.id }, as(owner));
    await expect(say(room.id, owner, 'm2', 'x')).rejects.toMatchObject({ reason: 'ROOM_CLOSED' });
    await expect(say(888_888n, owner, 'm3', 'x')).rejects.toMatchObject({ reason: 'ROOM_NOT_FOUND' });
    expect(await posted(room.id)).toEqual([]);
  });

  it.each([
    ['text', { text: '' }],
    ['text', { text: ' \n ' }],
    ['text', { text: 'x'.repeat(501) }],
    ['text', { text: 'bell\u0007' }],
    ['text', { text: 'nul\u0000' }],
    ['id', { id: '' }],
    ['id', { id: 'x'.repeat(129) }],
    ['roomId', { roomId: 0n }],
  ])('refuses a %s that breaks its rule', async (field, wrong) => {
    const request = { roomId: 1n, id: 'm1', text: 'fine', ...wrong };
    await expect(world.call.sendChat(request, as(newUser()))).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      fields: { [field]: [expect.any(String)] },
    });
  });

  it('keeps one order of many speakers: of versions, of events and of the history', async () => {
    const users = Array.from({ length: 10 }, newUser);
    const roomId = await roomWith(...users);
    const started = performance.now();
    await Promise.all(
      Array.from({ length: 200 }, (_, n) => say(roomId, users[n % users.length] ?? 0n, `m${n}`, `text ${n}`)),
    );
    process.stdout.write(`200 messages in one room: ${Math.round(performance.now() - started)} ms\n`);
    const told = (await posted(roomId)).map(({ id }) => id);
    expect(told).toHaveLength(200);
    const { messages } = await world.call.getSnapshot({ roomId }, as(users[0] ?? 0n));
    expect(messages.map(({ id }) => id)).toEqual(told.slice(-50));
  });
});

describe('the snapshot', () => {
  it('shows the room, its free seats, who is in it and the last messages, oldest first', async () => {
    const [one, two] = [newUser(), newUser()];
    const roomId = await roomWith(one, two);
    for (let n = 1; n <= 52; n += 1) await say(roomId, one, `s${n}`, `text ${n}`);
    const { room, seats, participants, messages } = await world.call.getSnapshot({ roomId }, as(two));
    expect(room).toEqual((await world.call.getRoom({ roomId }, as(two))).room);
    expect(seats).toEqual([0, 1, 2, 3].map((number) => ({ number, state: 'free', muted: false })));
    expect(participants.map(({ userId }) => userId)).toEqual([one, two]);
    expect(messages.map(({ text }) => text)).toEqual(Array.from({ length: 50 }, (_, n) => `text ${n + 3}`));
    expect(messages[0]).toEqual({
      id: expect.any(String),
      roomId,
      userId: one,
      text: 'text 3',
      sentAt: expect.any(Date),
    });
  });

  it('is for participants and for the platform itself', async () => {
    const roomId = await roomWith();
    await expect(world.call.getSnapshot({ roomId }, as(newUser()))).rejects.toMatchObject({
      reason: 'NOT_A_PARTICIPANT',
    });
    const { participants, messages } = await world.call.getSnapshot({ roomId }, { caller: serviceCaller('gateway') });
    expect([participants, messages]).toEqual([[], []]);
  });
});

it('messages older than the retention are forgotten, younger ones kept', async () => {
  const user = newUser();
  const roomId = await roomWith(user);
  await say(roomId, user, 'r1', 'old');
  const { message } = await say(roomId, user, 'r2', 'young');
  await world.database.query(
    `update room_messages set id = '00000000-0001-7000-8000-000000000001' where user_id = $1 and client_id = 'r1'`,
    [user],
  );
  const removed = await pruneChat(
    { ...world.deps, config: { ...world.deps.config, CHAT_RETENTION_DAYS: 1 } },
    new Date(),
  );
  expect(removed).toBe(1);
  const { messages } = await world.call.getSnapshot({ roomId }, as(user));
  expect(messages.map(({ id }) => id)).toEqual([message?.id]);
});
