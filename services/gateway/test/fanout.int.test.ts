import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@fanfare/kit';
import { eventually } from '@fanfare/testing';
import { Server, type Socket } from 'socket.io';
import { type Socket as Client, io } from 'socket.io-client';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createFanout, NEVER_HELD } from '../src/socket/fanout.ts';
import { encodeEvent } from '../src/socket/fanout-frame.ts';
import { FanoutQueue } from '../src/socket/fanout-queue.ts';
import { runGateways } from './running-gateways.ts';

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Pair {
  readonly queue: FanoutQueue;
  readonly socket: Socket;
  readonly client: Client;
  readonly received: unknown[];
  /** Packets that this connection's transport was given. */
  readonly packets: { readonly options?: { readonly wsPreEncodedFrame?: unknown } }[];
}

/** A queue on one end of a real connection, Socket.IO's own client on the other. */
async function pair(transports: string[], onOverflow = () => {}): Promise<Pair> {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server = new Server(http, { perMessageDeflate: false });
  const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const client = io(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, { transports, forceNew: true });
  closers.push(
    () => server.close(),
    () => client.disconnect(),
  );
  const received: unknown[] = [];
  client.onAny((name, data) => received.push([name, data]));
  const socket = await connected;
  await eventually(() => expect(client.connected).toBe(true));
  const packets: Pair['packets'] = [];
  const { transport } = socket.conn as unknown as { readonly transport: { send: (sent: Pair['packets']) => void } };
  const send = transport.send.bind(transport);
  transport.send = (sent) => {
    packets.push(...sent);
    send(sent);
  };
  return {
    queue: new FanoutQueue(socket, createFanout(systemClock, NEVER_HELD), 65_536, onOverflow),
    socket,
    client,
    received,
    packets,
  };
}

const outgoing = (name: string, data: unknown, kind: 'reliable' | 'conflate' = 'reliable') =>
  encodeEvent('native', 'room.1', { seq: 1, id: 'x', size: 1, message: { name, data, class: kind } });

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('a burst', () => {
  it('goes to a websocket as one buffer, and its client sees every event in order', async () => {
    const { queue, received, packets } = await pair(['websocket']);
    for (const number of numbers(50)) queue.push(outgoing('gift.sent', { number, text: '🎁'.repeat(number * 20) }));
    await eventually(() => expect(received).toHaveLength(50));
    expect(received.map((one) => (one as [string, { number: number }])[1].number)).toEqual(numbers(50));
    expect(packets.filter(({ options }) => options?.wsPreEncodedFrame !== undefined)).toHaveLength(1);
  });

  it('waits for what was written before it', async () => {
    const { queue, socket, received } = await pair(['websocket']);
    for (const number of numbers(20)) {
      socket.emit('gift.sent', number * 2);
      queue.push(outgoing('gift.sent', number * 2 + 1));
      queue.flush();
    }
    await eventually(() => expect(received).toEqual(numbers(40).map((number) => ['gift.sent', number])));
  });

  it('goes to a polling client as ordinary packets', async () => {
    const { queue, received, packets } = await pair(['polling']);
    for (const number of numbers(5)) queue.push(outgoing('gift.sent', number));
    await eventually(() => expect(received).toEqual(numbers(5).map((number) => ['gift.sent', number])));
    expect(packets.some(({ options }) => options?.wsPreEncodedFrame !== undefined)).toBe(false);
  });

  it('keeps its place among what is emitted beside it', async () => {
    const { queue, socket, received } = await pair(['websocket']);
    for (const number of numbers(20)) {
      queue.push(outgoing('gift.sent', number * 2));
      queue.flush();
      socket.emit('gift.sent', number * 2 + 1);
    }
    await eventually(() => expect(received).toEqual(numbers(40).map((number) => ['gift.sent', number])));
  });
});

describe('what waits for a client', () => {
  it('is only the newest of what replaces itself, and all of everything else', async () => {
    const { queue, received } = await pair(['websocket']);
    for (const number of numbers(100)) queue.push(outgoing('room.participant_count', number, 'conflate'));
    for (const number of numbers(3)) queue.push(outgoing('gift.sent', number));
    await eventually(() =>
      expect(received).toEqual([
        ['room.participant_count', 99],
        ['gift.sent', 0],
        ['gift.sent', 1],
        ['gift.sent', 2],
      ]),
    );
  });

  it('ends the connection when it is more than the cap, once', async () => {
    let overflows = 0;
    const { queue, client } = await pair(['websocket'], () => {
      overflows += 1;
    });
    const { ws } = client.io.engine.transport as unknown as { readonly ws: WebSocket };
    ws.pause();
    for (const number of numbers(500)) {
      queue.push(outgoing('gift.sent', `${number}`.padEnd(60_000)));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(overflows).toBe(1);
    ws.resume();
  });

  it('is no reason to end the connection when it came all at once', async () => {
    let overflows = 0;
    const { queue, received } = await pair(['websocket'], () => {
      overflows += 1;
    });
    for (const number of numbers(100)) queue.push(outgoing('gift.sent', `${number}`.padEnd(2000)));
    await eventually(() => expect(received).toHaveLength(100));
    expect(overflows).toBe(0);
  });
});

describe('a client that stops reading', () => {
  it('is cut off at its cap, and the others in the room do not notice', async () => {
    const run = await runGateways();
    closers.push(() => run.stop());
    const gateway = await run.start();
    const token = await run.signer.sign({ sub: '8' });
    const stalled = new WebSocket(`ws://127.0.0.1:${gateway.httpPort()}/socket.io/?EIO=4&transport=websocket`);
    await once(stalled, 'message');
    stalled.send(`40${JSON.stringify({ token, v: 1 })}`);
    await once(stalled, 'message');
    const roomToken = await run.roomToken(8n, 42);
    stalled.send(`420${JSON.stringify(['room.join', { token: roomToken }])}`);
    const reader = await run.connect();
    await reader.ask('room.join', { token: await run.roomToken(7n, 42) });
    // Two users, their room, and everybody.
    await eventually(async () => expect(await metric(gateway.opsPort(), 'fanfare_edge_channels')).toBe(4));
    stalled.pause();
    const text = 'x'.repeat(60_000);
    for (const id of numbers(200)) await run.emit('room.42', 'chat.message', { id, text });
    await eventually(() => expect(reader.named('chat.message').map(({ data }) => data.id)).toEqual(numbers(200)));
    await eventually(async () =>
      expect(await metric(gateway.opsPort(), 'fanfare_socket_disconnects_total{code="4003"')).toBe(1),
    );
    stalled.terminate();
  });
});

async function metric(port: number, beginning: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(beginning));
  return Number(line?.split(' ').at(-1));
}
