import { events } from '@fanfare/contracts';
import { GiftSent } from '@fanfare/contracts/gifting/event/v1/gifting_events';
import { eventually } from '@fanfare/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startBalancer } from './balancer.ts';
import { type EchoClient, openEcho } from './echo-client.ts';
import { openRawSocket } from './raw-socket.ts';
import { notAParticipant, type RunningGateways, runGateways } from './running-gateways.ts';

let run: RunningGateways;
const closers: (() => Promise<unknown> | unknown)[] = [];

beforeAll(async () => {
  run = await runGateways();
  await run.start();
});
beforeEach(() => {
  run.peers.rooms.refreshRoomToken = async ({ roomId }, { caller }) => ({
    token: await run.roomToken(caller.userId ?? 0n, Number(roomId)),
  });
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => run.stop());

const port = (): number => run.gateways[0]?.httpPort() ?? 0;
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

async function echoOf(user: number, at = port(), options = {}): Promise<EchoClient> {
  const client = openEcho(at, await run.signer.sign({ sub: String(user) }), options);
  closers.push(() => client.echo.disconnect());
  return client;
}

const common = { senderId: 1n, giftId: 3n, quantity: 1, sentAt: new Date(0) };
const coins = { currency: 'COIN', minor: 10_000n };
const gift = (id: string, roomId: bigint): GiftSent =>
  GiftSent.fromPartial({ id, roomId, ...common, price: coins, totalCost: coins });

it('one gift is shown once to socket.io’s own client, to laravel-echo and to who speaks by hand', async () => {
  const own = await run.connect();
  await own.ask('room.join', { token: await run.roomToken(7n, 42) });

  const echo = await echoOf(8);
  const listened: unknown[] = [];
  echo.echo.private('room.42').listen('.gift.sent', (data: unknown) => listened.push(data));
  expect(await echo.subscribed('private-room.42')).toBeNull();

  const told: unknown[][] = [];
  const { promise: joined, resolve } = Promise.withResolvers<unknown>();
  const raw = openRawSocket(
    port(),
    { token: await run.signer.sign({ sub: '9' }), v: 1 },
    {
      connected: () => void run.roomToken(9n, 42).then((token) => raw.emit('room.join', { token }, resolve)),
      event: (...args) => told.push(args),
    },
  );
  closers.push(raw.cut);
  expect(await joined).toMatchObject({ ok: true });

  await run.announce(events.giftSent, gift('g1', 42n));
  await run.announce(events.giftSent, gift('g2', 42n));
  const ids = ['g1', 'g2'];
  await eventually(() => expect(own.named('gift.sent').map(({ data }) => data.id)).toEqual(ids));
  await eventually(() => expect(listened.map((data) => (data as { id: string }).id)).toEqual(ids));
  const giftsTold = () => told.filter(([name]) => name === 'gift.sent').map(([, data]) => data);
  await eventually(() => expect(giftsTold().map((data) => (data as { id: string }).id)).toEqual(ids));
  expect(listened[0]).toEqual(own.named('gift.sent')[0]?.data);
  expect(giftsTold()).toEqual(listened);
});

describe('laravel-echo', () => {
  it('hears its own user and everybody in its dialect, and only the room it has subscribed to, in no other', async () => {
    const client = await echoOf(7);
    const own: unknown[] = [];
    const everybodys: unknown[] = [];
    client.echo.private('user.7').listen('.balance.updated', (data: unknown) => own.push(data));
    client.echo.channel('all').listen('.asset:invalidate', (data: unknown) => everybodys.push(data));
    for (const channel of ['private-user.7', 'all', 'private-room.42']) {
      expect(await client.subscribed(channel)).toBeNull();
    }
    await eventually(async () => {
      await run.emit('all', 'asset:invalidate', { asset: 'rose' });
      expect(everybodys).toContainEqual({ asset: 'rose' });
    });
    await run.emit('room.42', 'chat.message', { id: 'a' });
    await run.emit('user.7', 'balance.updated', { coins: '1.00' });
    await eventually(() => expect(own).toEqual([{ coins: '1.00' }]));
    await eventually(() =>
      expect(client.shown.filter(([name]) => name === 'chat.message')).toEqual([
        ['chat.message', 'private-room.42', { id: 'a' }],
      ]),
    );
  });

  it('is told why when a channel is not for it, and then hears nothing of it', async () => {
    run.peers.rooms.refreshRoomToken = async () => Promise.reject(notAParticipant());
    const client = await echoOf(7);
    const refused: unknown[][] = [];
    for (const [name, channel] of [
      ['private-room.42', client.echo.private('room.42')],
      ['private-user.8', client.echo.private('user.8')],
      ['presence-room.42', client.echo.join('room.42')],
      ['news', client.echo.channel('news')],
    ] as const) {
      channel.listen('.chat.message', (data: unknown) => refused.push([name, 'shown', data]));
      (channel as unknown as Listening).on('subscription_error', (status: unknown) => refused.push([name, status]));
    }
    await eventually(() => expect(refused).toHaveLength(4));
    expect(refused.toSorted()).toEqual([
      ['news', 404],
      ['presence-room.42', 404],
      ['private-room.42', 403],
      ['private-user.8', 403],
    ]);
    expect(client.shown.find(([name, channel]) => name === 'subscription_error' && channel === 'news')?.[3]).toEqual(
      expect.objectContaining({ reason: 'UNKNOWN_CHANNEL', kind: 'not_found' }),
    );
    await run.emit('room.42', 'chat.message', { id: 'secret' });
    await run.emit('user.8', 'chat.message', { id: 'secret' });
    expect(await client.subscribed('private-user.7')).toBeNull();
    await run.emit('user.7', 'chat.message', { id: 'own' });
    await eventually(() => expect(client.heard('private-user.7', 'chat.message')).toEqual([{ id: 'own' }]));
    expect(refused).toHaveLength(4);
  });

  it('cannot make the server show what it says', async () => {
    const [one, other] = [await echoOf(7), await echoOf(8)];
    for (const client of [one, other]) expect(await client.subscribed('private-room.42')).toBeNull();
    (one.echo.private('room.42') as unknown as Whispering).whisper('gift.sent', { id: 'forged' });
    const said = { channel: 'private-room.42', event: 'client-gift.sent', data: {} };
    expect(await one.socket.emitWithAck('client event', said)).toMatchObject({ error: { reason: 'UNKNOWN_EVENT' } });
    await run.emit('room.42', 'chat.message', { id: 'a' });
    for (const client of [one, other]) {
      await eventually(() => expect(client.heard('private-room.42', 'chat.message')).toHaveLength(1));
    }
    expect(JSON.stringify(other.shown)).not.toContain('forged');
  });

  it('subscribes again after its connection was lost, and once however often it asks', async () => {
    let asked = 0;
    run.peers.rooms.refreshRoomToken = async () => {
      asked += 1;
      return { token: await run.roomToken(7n, 42) };
    };
    const client = await echoOf(7);
    client.echo.private('room.42').listen('.chat.message', () => {});
    for (const _ of numbers(3)) expect(await client.subscribed('private-room.42')).toBeNull();
    expect(asked).toBe(1);
    await run.emit('room.42', 'chat.message', 1);
    await eventually(() => expect(client.heard('private-room.42', 'chat.message')).toEqual([1]));
    const again = new Promise((resolve) => client.socket.io.once('reconnect', resolve));
    client.socket.io.engine.close();
    await again;
    // Its own `subscribe` is on its way before this one's, so what is shown once is not shown for this one.
    await eventually(async () => {
      await run.emit('room.42', 'chat.message', 2);
      expect(client.heard('private-room.42', 'chat.message').length).toBeGreaterThan(1);
    });
    expect(await client.subscribed('private-room.42')).toBeNull();
    await run.emit('room.42', 'chat.message', 3);
    await eventually(() => expect(client.heard('private-room.42', 'chat.message').filter((n) => n === 3)).toEqual([3]));
  });

  it('goes on with a fresh token after its old one has expired, with what it had subscribed to', async () => {
    const expired = await run.signer.sign({ sub: '7' }, { lifetime: '-1s' });
    const auth = { headers: { Authorization: `Bearer ${expired}` } };
    const client = await echoOf(7, port(), { auth });
    const heard: unknown[] = [];
    client.echo.private('user.7').listen('.balance.updated', (data: unknown) => heard.push(data));
    const refused = await new Promise((resolve) => client.socket.once('connect_error', resolve));
    expect(refused).toMatchObject({ data: { code: 4100, reason: 'TOKEN_EXPIRED' } });
    (client.echo.options.auth as typeof auth).headers.Authorization = `Bearer ${await run.signer.sign({ sub: '7' })}`;
    client.socket.connect();
    expect(await client.subscribed('all')).toBeNull();
    await run.emit('user.7', 'balance.updated', 1);
    await eventually(() => expect(heard).toEqual([1]));
  });

  it('loses, doubles and reorders nothing while it changes from polling to a websocket', async () => {
    const balancer = await startBalancer([port()], 'nothing');
    closers.push(balancer.stop);
    balancer.holdUpgrades();
    const client = await echoOf(7, balancer.port);
    for (const channel of ['private-user.7', 'private-room.42']) expect(await client.subscribed(channel)).toBeNull();
    expect(client.transport()).toBe('polling');
    let emitted = 0;
    const emitSome = async (count: number): Promise<void> => {
      for (const _ of numbers(count)) {
        await run.emit('user.7', 'balance.updated', emitted);
        await run.emit('room.42', 'chat.message', emitted);
        emitted += 1;
      }
    };
    await emitSome(20);
    expect(client.transport()).toBe('polling');
    balancer.letUpgrade();
    while (client.transport() === 'polling') await emitSome(1);
    await emitSome(20);
    const all = numbers(emitted);
    await eventually(() => expect(client.heard('private-room.42', 'chat.message')).toEqual(all));
    await eventually(() => expect(client.heard('private-user.7', 'balance.updated')).toEqual(all));
    const native = client.shown.filter(([name, data]) => name === 'balance.updated' && typeof data === 'number');
    expect(native.map(([, data]) => data)).toEqual(all);
  });
});

/** What echo's channels can do besides what its types say of every channel. */
interface Listening {
  readonly on: (event: string, listener: (data: unknown) => void) => void;
}

interface Whispering {
  readonly whisper: (event: string, data: unknown) => void;
}
