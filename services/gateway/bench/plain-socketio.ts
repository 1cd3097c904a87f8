/**
 * What the gateway is compared with: Socket.IO as its documentation shows it, and nothing else. A room is joined by
 * asking; a message of the bus goes out with `io.to(room).emit(...)`. Forked with the subject that rooms are under,
 * NATS_URL, '-' for a node that hears nothing from the bus, and REDIS_URL, '-' without the adapter.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from '@nats-io/transport-node';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';
import { answerCalls } from './child-calls.ts';

const [subject = '', natsUrl = '-', redisUrl = '-'] = process.argv.slice(2);
const http = createServer();
// The gateway's own settings, where it has any.
const io = new Server(http, {
  serveClient: false,
  perMessageDeflate: false,
  httpCompression: false,
  transports: ['websocket'],
  pingInterval: 25_000,
  pingTimeout: 20_000,
});
if (redisUrl !== '-') {
  const publisher = new Redis(redisUrl);
  io.adapter(createAdapter(publisher, publisher.duplicate()));
}
io.on('connection', (socket) => {
  socket.on('room.join', async (room: string, answer: (said: unknown) => void) => {
    await socket.join(room);
    answer({ ok: true });
  });
  socket.on('room.leave', async (room: string, answer: (said: unknown) => void) => {
    await socket.leave(room);
    answer({ ok: true });
  });
});
if (natsUrl !== '-') {
  const connection = await connect({ servers: natsUrl });
  connection.subscribe(`${subject}*`, {
    callback: (error, message) => {
      if (error !== null) throw error;
      const { name, data } = message.json<{ name: string; data: unknown }>();
      io.to(message.subject.slice(subject.length)).emit(name, data);
    },
  });
  await connection.flush();
}
await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', 4096, resolve));

const methods = { port: () => (http.address() as AddressInfo).port };
export type PlainMethods = typeof methods;

answerCalls(methods);
