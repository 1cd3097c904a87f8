/** A small platform that speaks the public protocol over a real socket and real HTTP, and does what a test tells it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';

export interface Handshake {
  readonly token: string;
  readonly v: number;
  readonly off?: string;
}

type Ack = (answer: unknown) => void;
export type OnCommand = (payload: Record<string, unknown>, ack: Ack, socket: Socket) => void;

export interface Platform {
  readonly url: string;
  readonly handshakes: Handshake[];
  readonly commands: { readonly name: string; readonly payload: Record<string, unknown> }[];
  /** REST requests as `POST /rooms/42/join`. */
  readonly requests: string[];
  /** Answers to REST requests; what is not here succeeds with null. */
  readonly rest: Record<string, unknown>;
  readonly on: Record<string, OnCommand>;
  /** What the next handshakes are refused with, one after the other. */
  readonly refusals: { readonly code: number; readonly reason: string; readonly retryAfterMs: number | null }[];
  /** The `session` of the next connections. */
  session: { off: string; recovered: boolean };
  readonly emit: (name: string, data: unknown, ch: string, off: string) => void;
  /** What is sent right behind the `session`. */
  behindSession: (socket: Socket) => void;
  /** Says why, then ends every connection. */
  readonly closeAll: (code: number, reason: string, retryAfterMs: number | null) => void;
  readonly stop: () => Promise<void>;
}

export async function startPlatform(transports?: readonly ('websocket' | 'polling')[]): Promise<Platform> {
  const requests: string[] = [];
  const rest: Record<string, unknown> = { 'GET /me': { id: 7, activeRoomId: null } };
  const http = createServer((request, response) => {
    const route = `${request.method} ${request.url?.replace('/api/v1', '')}`;
    requests.push(route);
    const data = rest[route] ?? null;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ success: true, data }));
  });
  const io = new Server(http, { transports: [...(transports ?? (['polling', 'websocket'] as const))] });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');

  const platform: Platform = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    handshakes: [],
    commands: [],
    requests,
    rest,
    on: {},
    refusals: [],
    session: { off: 'u0', recovered: false },
    behindSession: () => {},
    emit: (name, data, ch, off) => void io.emit(name, data, { ch, off }),
    closeAll: (code, reason, retryAfterMs) => {
      for (const socket of io.sockets.sockets.values()) {
        socket.emit('closing', { code, reason, retryAfterMs });
        if (code < 4500) socket.conn.close();
        else socket.disconnect();
      }
    },
    stop: async () => {
      await io.close();
    },
  };
  io.use((socket, next) => {
    platform.handshakes.push(socket.handshake.auth as Handshake);
    const refusal = platform.refusals.shift();
    next(refusal === undefined ? undefined : Object.assign(new Error(refusal.reason), { data: refusal }));
  });
  io.on('connection', (socket) => {
    socket.emit('session', { v: 1, sessionId: 's', userId: 7, ch: 'user.7', ...platform.session });
    platform.behindSession(socket);
    socket.onAny((name: string, payload: Record<string, unknown>, ack: Ack) => {
      platform.commands.push({ name, payload });
      platform.on[name]?.(payload, ack, socket);
    });
  });
  return platform;
}
