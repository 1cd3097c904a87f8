import { eventually } from '@fanfare/testing';
import { expect, it } from 'vitest';
import { lossyNats } from './lossy-nats.ts';
import { runGateways } from './running-gateways.ts';
import { connectClient } from './test-client.ts';

const LIVE_OF_ROOM = /^H?MSG edge\.out\.room\.42 /;

it('brings a room’s event once to each gateway that holds somebody who is in it, and to no other', async () => {
  const run = await runGateways();
  const proxies = await Promise.all([1, 2, 3].map(() => lossyNats(run.nats.url)));
  const gateways = await Promise.all(proxies.map(({ url }) => run.start({ NATS_URL: url })));
  const delivered = (): number[] => proxies.map((proxy) => proxy.delivered(LIVE_OF_ROOM));
  const enter = async (place: number, user: bigint, room: number) => {
    const client = await connectClient(gateways[place]?.httpPort() ?? 0, {
      token: await run.signer.sign({ sub: String(user), sid: `session-${user}` }),
    });
    await client.ask('room.join', { token: await run.roomToken(user, room) });
    return client;
  };
  const clients = [await enter(0, 1n, 42), await enter(0, 2n, 42), await enter(1, 3n, 42)];
  const elsewhere = await enter(2, 4n, 43);
  for (let id = 1; id <= 20; id += 1) await run.emit('room.42', 'chat.message', { id });
  await run.emit('room.43', 'chat.message', { id: 1 });
  for (const client of [...clients, elsewhere]) {
    await eventually(() => expect(client.named('chat.message').length).toBe(client === elsewhere ? 1 : 20));
  }
  expect(delivered()).toEqual([20, 20, 0]);

  // The last one who leaves takes the gateway's interest along, once the bus has heard of it.
  await clients[2]?.ask('room.leave', { roomId: 42 });
  let emitted = 20;
  const emitOne = async (): Promise<void> => {
    emitted += 1;
    await run.emit('room.42', 'chat.message', { id: emitted });
    await eventually(() => expect(clients[0]?.named('chat.message')).toHaveLength(emitted));
  };
  await eventually(async () => {
    const before = delivered()[1];
    await emitOne();
    expect(delivered()[1]).toBe(before);
  });
  const [, before = 0] = delivered();
  for (let more = 1; more <= 10; more += 1) await emitOne();
  expect(delivered()).toEqual([emitted, before, 0]);
  for (const { socket } of [...clients, elsewhere]) socket.disconnect();
  await run.stop();
  for (const proxy of proxies) await proxy.stop();
});
