import { eventually } from '@fanfare/testing';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notAParticipant, type RunningGateways, runGateways, snapshotOf } from './running-gateways.ts';

let run: RunningGateways;

beforeAll(async () => {
  run = await runGateways();
  await run.start();
});
afterAll(() => run.stop());

const refusal = (reason: string) => ({ ok: false, error: expect.objectContaining({ reason }) });

interface Refusal {
  readonly code: number;
  readonly reason: string;
  readonly retryAfterMs: number | null;
}

/** What a client is told when its handshake is refused. */
function refusedWith(auth: Record<string, unknown>): Promise<Refusal> {
  const socket = io(`http://127.0.0.1:${run.gateways[0]?.httpPort()}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth,
  });
  return new Promise((resolve, reject) => {
    socket.once('connect', () => reject(new Error('connected')));
    socket.once('connect_error', (error) => resolve((error as Error & { data: Refusal }).data));
  });
}

it('what is said on the channel of everybody reaches every socket', async () => {
  const [one, other] = [await run.connect(), await run.connect()];
  await eventually(async () => {
    await run.emit('all', 'asset:invalidate', { asset: 'rose' });
    for (const client of [one, other]) {
      const [shown] = client.named('asset:invalidate');
      expect(shown).toMatchObject({ data: { asset: 'rose' }, at: { ch: 'all', off: expect.any(String) } });
    }
  });
});

describe('a handshake', () => {
  it('opens a session, told before anything else', async () => {
    const { shown } = await run.connect();
    expect(shown[0]).toEqual({
      name: 'session',
      data: { v: 1, sessionId: 'session-1', userId: 7, ch: 'user.7', off: expect.any(String), recovered: false },
      at: { ch: 'user.7', off: shown[0]?.data.off },
    });
  });

  it('takes the token where laravel-echo puts it, and a missing version for 1', async () => {
    const token = await run.signer.sign({ sub: '7' });
    const headers = { Authorization: `Bearer ${token}` };
    for (const v of [undefined, null]) {
      const { shown } = await run.connect({ auth: { token: undefined, v, headers } });
      expect(shown[0]?.name).toBe('session');
    }
  });

  it('is refused for good without a token, with a forged one, or in an unknown version', async () => {
    const terminal = (code: number, reason: string) => ({ code, reason, retryAfterMs: null });
    const token = await run.signer.sign({ sub: '7' });
    const forged = await run.signer.sign({ sub: '7' }, { issuer: 'somebody' });
    expect(await refusedWith({})).toEqual(terminal(4500, 'UNAUTHENTICATED'));
    expect(await refusedWith({ token: 'abc', v: 1 })).toEqual(terminal(4501, 'TOKEN_INVALID'));
    expect(await refusedWith({ token: { $ne: 1 }, v: 1 })).toEqual(terminal(4500, 'UNAUTHENTICATED'));
    expect(await refusedWith({ token: forged, v: 1 })).toEqual(terminal(4501, 'TOKEN_INVALID'));
    expect(await refusedWith({ token, v: 2 })).toEqual(terminal(4510, 'UNSUPPORTED_VERSION'));
  });

  it('with an expired token is refused until there is a fresh one', async () => {
    const token = await run.signer.sign({ sub: '7' }, { lifetime: '-1s' });
    expect(await refusedWith({ token, v: 1 })).toEqual({ code: 4100, reason: 'TOKEN_EXPIRED', retryAfterMs: 0 });
  });
});

describe('entering a room', () => {
  it('answers with its snapshot, then shows what is published', async () => {
    const client = await run.connect();
    const joined = await client.ask('room.join', { token: await run.roomToken(7n, 42) });
    expect(joined).toEqual({
      ok: true,
      data: {
        ch: 'room.42',
        off: expect.any(String),
        recovered: false,
        room: expect.objectContaining({ id: 42, name: 'A room', status: 'active' }),
        seats: [],
        participants: [],
        messages: [],
      },
    });
    await run.emit('room.42', 'chat.message', { id: 'a' });
    await eventually(() => expect(client.named('chat.message')).toHaveLength(1));
    expect(client.named('chat.message')[0]).toMatchObject({ data: { id: 'a' }, at: { ch: 'room.42' } });
  });

  it('shows what is published while the snapshot is read, after the ack', async () => {
    const client = await run.connect();
    run.peers.rooms.getSnapshot = async ({ roomId }) => {
      await run.emit('room.44', 'chat.message', { id: 'meanwhile' });
      return snapshotOf(roomId);
    };
    const order: string[] = [];
    client.socket.once('chat.message', () => order.push('message'));
    client.socket.emit('room.join', { token: await run.roomToken(7n, 44) }, () => order.push('ack'));
    await eventually(() => expect(order).toEqual(['ack', 'message']));
    run.peers.rooms.getSnapshot = async ({ roomId }) => snapshotOf(roomId);
  });

  it('is refused with what the rooms service says, and then shows nothing', async () => {
    const client = await run.connect();
    run.peers.rooms.getSnapshot = async () => Promise.reject(notAParticipant());
    expect(await client.ask('room.join', { token: await run.roomToken(7n, 45) })).toEqual(refusal('NOT_A_PARTICIPANT'));
    run.peers.rooms.getSnapshot = async ({ roomId }) => snapshotOf(roomId);
    await run.emit('room.45', 'chat.message', { id: 'a' });
    await run.emit('user.7', 'balance.updated', {});
    await eventually(() => expect(client.named('balance.updated')).toHaveLength(1));
    expect(client.named('chat.message')).toEqual([]);
  });

  it('is refused with a token that is forged, expired, another user’s, or none', async () => {
    const client = await run.connect();
    const join = async (token: unknown) => client.ask('room.join', { token });
    expect(await join('abc')).toEqual(refusal('TOKEN_INVALID'));
    expect(await join(await run.roomToken(8n, 42))).toEqual(refusal('TOKEN_INVALID'));
    expect(await join(await run.roomToken(7n, 42, new Date(), '-1s'))).toEqual(refusal('TOKEN_EXPIRED'));
    expect(await join(await run.signer.sign({ sub: '7' }))).toEqual(refusal('TOKEN_INVALID'));
    expect(await join(undefined)).toEqual(refusal('INVALID_ARGUMENT'));
  });

  it('leaves the room before', async () => {
    const client = await run.connect();
    await client.ask('room.join', { token: await run.roomToken(7n, 46) });
    await client.ask('room.join', { token: await run.roomToken(7n, 47) });
    await run.emit('room.46', 'chat.message', { id: 'before' });
    await run.emit('room.47', 'chat.message', { id: 'after' });
    await eventually(() => expect(client.named('chat.message')).toHaveLength(1));
    expect(client.named('chat.message')[0]?.data).toEqual({ id: 'after' });
  });
});

describe('leaving a room', () => {
  it('ends the stay with the user’s last socket there, on whichever gateway', async () => {
    const other = await run.start();
    const left: bigint[] = [];
    run.peers.rooms.leaveRoom = async ({ roomId }) => {
      left.push(roomId);
      return {};
    };
    const one = await run.connect({ user: 71n });
    const two = await run.connect({ user: 71n, gateway: other });
    const token = await run.roomToken(71n, 50);
    await one.ask('room.join', { token });
    await two.ask('room.join', { token });
    expect(await one.ask('room.leave', { roomId: 50 })).toEqual({ ok: true, data: null });
    expect(left).toEqual([]);
    await run.emit('room.50', 'chat.message', {});
    await eventually(() => expect(two.named('chat.message')).toHaveLength(1));
    expect(one.named('chat.message')).toEqual([]);
    await two.ask('room.leave', { roomId: 50 });
    expect(left).toEqual([50n]);
  });
});

describe('a gateway that stops', () => {
  it('tells its clients when to come back, and ends their transport so that they do', async () => {
    const stopping = await run.start();
    const clients = await Promise.all([1n, 2n, 3n].map((user) => run.connect({ user, gateway: stopping })));
    const ended = clients.map(
      ({ socket }) => new Promise((resolve) => socket.once('disconnect', (reason) => resolve(reason))),
    );
    await stopping.stop();
    expect(await Promise.all(ended)).toEqual(['transport close', 'transport close', 'transport close']);
    for (const client of clients) {
      expect(client.named('closing')[0]?.data).toEqual({
        code: 4001,
        reason: 'DRAINING',
        retryAfterMs: expect.any(Number),
      });
    }
  });
});
