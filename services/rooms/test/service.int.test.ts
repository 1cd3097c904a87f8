import { events } from '@fanfare/contracts';
import { eventually } from '@fanfare/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { as, newUser, openRoom, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

it('events of a room reach the stream in the order of their versions', async () => {
  const [room, user] = [await openRoom(world.call), newUser()];
  await world.call.joinRoom({ roomId: room.id }, as(user));
  await world.call.sendChat({ roomId: room.id, id: 'm1', text: 'hello' }, as(user));
  await world.call.leaveRoom({ roomId: room.id }, as(user));

  const connection = await connect({ servers: world.nats.url });
  const { streams } = await jetstreamManager(connection);
  const subjects = await eventually(async () => {
    const { state } = await streams.info('EVT_ROOMS');
    const found: string[] = [];
    for (let seq = 1; seq <= state.last_seq; seq += 1) {
      const message = await streams.getMessage('EVT_ROOMS', { seq });
      expect(message?.header.get('ce-entityversion')).toBe(seq.toString());
      expect(message?.header.get('ce-subject')).toBe(room.id.toString());
      found.push(message?.subject ?? '');
    }
    expect(found).toContain(events.participantLeft.subject);
    return found;
  });
  await connection.close();
  expect(subjects.slice(0, 5)).toEqual([
    events.roomCreated.subject,
    events.participantJoined.subject,
    events.participantsCounted.subject,
    events.chatPosted.subject,
    events.participantLeft.subject,
  ]);
});

it('a count that changes often is announced at once, then seldom, and last of all as it is', async () => {
  const room = await openRoom(world.call);
  const users = Array.from({ length: 30 }, newUser);
  await Promise.all(users.map((user) => world.call.joinRoom({ roomId: room.id }, as(user))));
  const counts = await eventually(async () => {
    const told = (await world.announced(room.id)).filter(({ event }) => event === 'participantsCounted');
    expect(told.at(-1)?.data['count']).toBe(30);
    return told;
  });
  expect(counts[0]?.data['count']).toBe(1);
  const { rows } = await world.database.query('select count_dirty from rooms where id = $1', [room.id]);
  expect(rows).toEqual([{ count_dirty: false }]);
  expect(counts.length).toBeLessThan(30);
});

it('tells its metrics and stops cleanly, twice', async () => {
  const replica = await world.replica();
  const room = await openRoom(replica.call);
  const user = newUser();
  await replica.call.joinRoom({ roomId: room.id }, as(user));
  await replica.call.sendChat({ roomId: room.id, id: 'm1', text: 'x' }, as(user));
  await replica.call.leaveRoom({ roomId: room.id }, as(user));
  const text = await (await fetch(`http://127.0.0.1:${replica.service.opsPort()}/metrics`)).text();
  expect(text).toMatch(/fanfare_rooms_joins_total\{.*how="entered".*\} 1\n/);
  expect(text).toMatch(/fanfare_rooms_leaves_total\{.*cause="left".*\} 1\n/);
  expect(text).toMatch(/fanfare_rooms_chat_messages_total\S* 1\n/);
  await replica.stop();
  await replica.service.stop();
});
