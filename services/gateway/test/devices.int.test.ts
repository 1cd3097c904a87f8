import { eventually } from '@fanfare/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateways, runGateways, type TestClient } from './running-gateways.ts';

let run: RunningGateways;
beforeEach(async () => {
  run = await runGateways();
});
afterEach(() => run.stop());

const join = async (client: TestClient, user: bigint): Promise<void> => {
  expect(await client.ask('room.join', { token: await run.roomToken(user, 42) })).toMatchObject({ ok: true });
};

/** Everything said before has arrived where this has. */
async function settled(clients: readonly TestClient[]): Promise<void> {
  await run.emit('room.42', 'room.participant_count', { room_id: 42, count: 3 });
  for (const client of clients)
    await eventually(() => expect(client.named('room.participant_count').length).toBeGreaterThan(0));
}

describe('typing', () => {
  it('reaches the room, on every gateway and on one’s other devices, but not the socket that said so', async () => {
    const [one, two] = [await run.start(), await run.start()];
    const phone = await run.connect({ gateway: one });
    const [tablet, other] = [await run.connect({ gateway: two }), await run.connect({ gateway: two, user: 8n })];
    await join(phone, 7n);
    await join(tablet, 7n);
    await join(other, 8n);
    for (const isTyping of [true, true, true]) {
      expect(await phone.ask('chat.type', { roomId: 42, isTyping })).toEqual({ ok: true, data: null });
    }
    const told = { room_id: 42, user_id: 7, is_typing: true };
    for (const client of [tablet, other]) {
      await eventually(() => expect(client.named('chat.typing')).toMatchObject([{ data: told }]));
      // Nobody goes on from there.
      expect(client.named('chat.typing')[0]?.at).toEqual({ ch: 'room.42' });
    }
    await phone.ask('chat.type', { roomId: 42, isTyping: false });
    await eventually(() => expect(other.named('chat.typing').map(({ data }) => data.is_typing)).toEqual([true, false]));
    await settled([phone, tablet, other]);
    expect(phone.named('chat.typing')).toEqual([]);
  });

  it('of several people at once is shown for each of them', async () => {
    await run.start();
    const [seven, eight, nine] = [
      await run.connect(),
      await run.connect({ user: 8n }),
      await run.connect({ user: 9n }),
    ];
    await join(seven, 7n);
    await join(eight, 8n);
    await join(nine, 9n);
    await Promise.all([seven, eight].map((client) => client.ask('chat.type', { roomId: 42, isTyping: true })));
    await eventually(() =>
      expect(
        nine
          .named('chat.typing')
          .map(({ data }) => data.user_id)
          .sort(),
      ).toEqual([7, 8]),
    );
  });

  it('is refused from outside the room', async () => {
    await run.start();
    const stranger = await run.connect();
    expect(await stranger.ask('chat.type', { roomId: 42, isTyping: true })).toMatchObject({
      ok: false,
      error: { reason: 'NOT_IN_ROOM', details: { roomId: 42 } },
    });
  });
});

describe('what one has seen', () => {
  it('is told to one’s other devices, also to one that reconnects, and to nobody else', async () => {
    await run.start();
    const [phone, tablet, other] = [await run.connect(), await run.connect(), await run.connect({ user: 8n })];
    const off = tablet.named('session')[0]?.data.off;
    expect(await phone.ask('chat.see', { roomId: 42, userId: 8, id: 'm1' })).toEqual({ ok: true, data: null });
    const seen = { room_id: 42, user_id: 8, id: 'm1' };
    await eventually(() => expect(tablet.named('chat.seen')).toMatchObject([{ data: seen, at: { ch: 'user.7' } }]));
    tablet.socket.disconnect();
    const back = await run.connect({ auth: { off } });
    await eventually(() => expect(back.named('chat.seen')).toMatchObject([{ data: seen }]));
    for (const client of [phone, other]) expect(client.named('chat.seen')).toEqual([]);
  });
});

describe('presence', () => {
  it('lasts as long as any socket, on whichever gateway', async () => {
    const [one, two] = [await run.start(), await run.start()];
    const [phone, tablet] = [
      await run.connect({ gateway: one, user: 70n }),
      await run.connect({ gateway: two, user: 70n }),
    ];
    const token = await run.signer.sign({ sub: '8' });
    const isOnline = async (): Promise<unknown> => {
      const url = `http://127.0.0.1:${one.httpPort()}/api/v1/users/70/presence`;
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      return ((await answer.json()) as { readonly data: { readonly online: boolean } }).data.online;
    };
    await eventually(async () => expect(await isOnline()).toBe(true));
    phone.socket.disconnect();
    expect(await isOnline()).toBe(true);
    tablet.socket.disconnect();
    await eventually(async () => expect(await isOnline()).toBe(false));
  });
});
