import { events } from '@fanfare/contracts';
import { eventually } from '@fanfare/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EchoClient, openEcho } from './echo-client.ts';
import { notAParticipant, type RunningGateways, runGateways } from './running-gateways.ts';

let run: RunningGateways;
let since: Date;
const clients: EchoClient[] = [];

beforeEach(async () => {
  run = await runGateways();
  await run.start();
  since = new Date();
  run.peers.rooms.refreshRoomToken = async ({ roomId }, { caller }) => ({
    token: await run.roomToken(caller.userId ?? 0n, Number(roomId), since),
  });
});
afterEach(async () => {
  for (const { echo } of clients.splice(0)) echo.disconnect();
  await run.stop();
});

const ROOM = 'private-room.42';
const joinRoom = async (client: EchoClient, more = {}) =>
  client.socket.emitWithAck('room.join', { token: await run.roomToken(7n, 42, since), ...more });

/** A client of user 7, in the room by `subscribe`. */
async function subscriber(gateway = run.gateways[0]): Promise<EchoClient> {
  const client = openEcho(gateway?.httpPort() ?? 0, await run.signer.sign({ sub: '7' }));
  clients.push(client);
  expect(await client.subscribed(ROOM)).toBeNull();
  return client;
}

/** What the room has said in our own form. */
const inNative = ({ shown }: EchoClient): unknown[] =>
  shown
    .filter(([name, , at]) => name === 'chat.message' && (at as { ch?: string })?.ch === 'room.42')
    .map(([, d]) => d);
const inEcho = (client: EchoClient): unknown[] => client.heard(ROOM, 'chat.message');
const say = (data: unknown) => run.emit('room.42', 'chat.message', data);

/** Nothing said now reaches it from the room any more, while its own channel does. */
async function expectOut(client: EchoClient): Promise<void> {
  const before = inEcho(client).length;
  await say('secret');
  const after = await say('secret');
  await run.emit('user.7', 'balance.updated', after);
  await eventually(() => expect(client.shown.some(([, data]) => data === after)).toBe(true));
  expect(inEcho(client)).toHaveLength(before);
}

describe('a socket with both dialects', () => {
  it('is shown everything once in each, whichever came first and however it enters again', async () => {
    const client = await subscriber();
    const { data } = await joinRoom(client);
    await say(1);
    await say(2);
    await eventually(() => expect(inNative(client)).toEqual([1, 2]));
    await eventually(() => expect(inEcho(client)).toEqual([1, 2]));
    // A replay is for the dialect that asks for it.
    expect(await joinRoom(client, { off: data.off })).toMatchObject({ data: { recovered: true } });
    await say(3);
    await eventually(() => expect(inNative(client)).toEqual([1, 2, 1, 2, 3]));
    await eventually(() => expect(inEcho(client)).toEqual([1, 2, 3]));
  });

  it('keeps only the newest of what replaces itself in each', async () => {
    const client = await subscriber();
    await joinRoom(client);
    for (const count of [1, 2, 3]) await run.emit('room.42', 'room.participant_count', count, { class: 'conflate' });
    await eventually(() => expect(client.heard(ROOM, 'room.participant_count').at(-1)).toBe(3));
    await eventually(() => expect(client.shown).toContainEqual(['room.participant_count', 3, expect.anything()]));
  });

  it('goes on in the one when the other has ended', async () => {
    const client = await subscriber();
    await joinRoom(client);
    client.echo.private('room.42');
    client.echo.leave('room.42');
    // Echo asks for no answer; this one comes behind it.
    await client.socket.emitWithAck('unsubscribe', { channel: 'private-room.42' });
    await say(1);
    await eventually(() => expect(inNative(client)).toEqual([1]));
    expect(inEcho(client)).toEqual([]);
  });
});

describe('a subscription', () => {
  it('keeps its user in the room, and ends with the room or the stay', async () => {
    const left: bigint[] = [];
    run.peers.rooms.leaveRoom = async ({ roomId }) => {
      left.push(roomId);
      return {};
    };
    const client = await subscriber();
    const other = await run.connect();
    await other.ask('room.join', { token: await run.roomToken(7n, 42) });
    await other.ask('room.leave', { roomId: 42 });
    expect(left).toEqual([]);
    expect(await client.socket.emitWithAck('room.leave', { roomId: 42 })).toEqual({ ok: true, data: null });
    expect(left).toEqual([42n]);
    await expectOut(client);
  });

  it('that is ended leaves its user in the room', async () => {
    const client = await subscriber();
    run.peers.rooms.leaveRoom = async () => Promise.reject(new Error('nobody has left'));
    expect(await client.socket.emitWithAck('unsubscribe', { channel: ROOM })).toEqual({ ok: true, data: null });
    await expectOut(client);
  });

  it('ends on every gateway when its user is blocked, and there is no other one', async () => {
    const both = [await subscriber(), await subscriber(await run.start())];
    const block = { roomId: 42n, userId: 7n, byUserId: 1n, reason: '', blockedAt: new Date(Date.now() + 1) };
    await run.announce(events.memberBlocked, block);
    for (const client of both) {
      await eventually(() => expect(client.shown.map(([name]) => name)).toContain('room.member_blocked'));
      // The one event tells, the other ends: they are not in step.
      await eventually(() => expectOut(client));
      // The service may still answer from before.
      expect(await client.subscribed(ROOM)).toBe('FORBIDDEN');
    }
    run.peers.rooms.refreshRoomToken = async () => Promise.reject(notAParticipant());
    expect(await both[0]?.subscribed(ROOM)).toBe('NOT_A_PARTICIPANT');
  });

  it('ends when its user has left the room elsewhere, and says so', async () => {
    const client = await subscriber();
    expect(await client.subscribed('private-user.7')).toBeNull();
    const of = { roomId: 42n, userId: 7n, cause: 'moved', leftAt: new Date(Date.now() + 1), joinedAt: since };
    await run.announce(events.participantLeft, of);
    const told = { room_id: 42, cause: 'moved', left_at: expect.any(String) };
    await eventually(() => expect(client.heard('private-user.7', 'room.left')).toEqual([told]));
    await expectOut(client);
  });

  it('ends with its room', async () => {
    const client = await subscriber();
    await run.announce(events.roomClosed, { roomId: 42n, byUserId: 1n, closedAt: new Date() });
    await eventually(() => expect(client.heard(ROOM, 'room.closed')).toEqual([{ room_id: 42 }]));
    await expectOut(client);
  });

  it('of another room ends the one before', async () => {
    const client = await subscriber();
    expect(await client.subscribed('private-room.43')).toBeNull();
    await expectOut(client);
    await run.emit('room.43', 'chat.message', 'here');
    await eventually(() => expect(client.heard('private-room.43', 'chat.message')).toEqual(['here']));
  });
});
