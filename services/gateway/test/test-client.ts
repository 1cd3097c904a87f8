/** socket.io's own client, with everything it was shown. What the protocol does not have fails the test. */
import { io, type Socket } from 'socket.io-client';
import { knownAck, knownEvent } from './known-answers.ts';

export interface Shown {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: payloads are compared, not typed
  readonly data: any;
  readonly at: { readonly ch: string; readonly off: string } | undefined;
}

export interface TestClient {
  readonly socket: Socket;
  /** Everything received, in order. */
  readonly shown: Shown[];
  readonly named: (name: string) => readonly Shown[];
  // biome-ignore lint/suspicious/noExplicitAny: acks are compared, not typed
  readonly ask: (event: string, payload?: unknown) => Promise<any>;
}

/** Resolves when the session has begun or was refused. */
export async function connectClient(port: number, auth: Readonly<Record<string, unknown>>): Promise<TestClient> {
  const options = { transports: ['websocket'], reconnection: false, forceNew: true, auth };
  const socket = io(`http://127.0.0.1:${port}`, options);
  const shown: Shown[] = [];
  socket.onAny((name, data, at) => {
    shown.push({ name, data, at });
    // As an unhandled error, which fails the file and lets the client go on.
    queueMicrotask(() => knownEvent(name, data, at));
  });
  await new Promise<void>((resolve) => {
    for (const event of ['session', 'connect_error', 'disconnect']) socket.once(event, () => resolve());
  });
  return {
    socket,
    shown,
    named: (name) => shown.filter((one) => one.name === name),
    ask: async (event, payload) => {
      const ack = await socket.timeout(8000).emitWithAck(event, payload);
      knownAck(event, ack);
      return ack;
    },
  };
}
