/** laravel-echo itself with its socket.io broadcaster, and everything its socket was shown. */
import Echo from 'laravel-echo';
import { io, type Socket } from 'socket.io-client';

export interface EchoClient {
  readonly echo: Echo<'socket.io'>;
  readonly socket: Socket;
  /** The arguments of every event, its name first, in order. */
  readonly shown: unknown[][];
  /** What came in laravel-echo's dialect: the data of `name` on `channel`. */
  readonly heard: (channel: string, name: string) => unknown[];
  /** Resolves once the server has answered this and every earlier `subscribe`; to what it was refused with, or null. */
  readonly subscribed: (channel: string) => Promise<string | null>;
  readonly transport: () => string;
}

/** Connects as laravel-echo does by itself: on polling first. */
export function openEcho(port: number, token: string, options: Readonly<Record<string, unknown>> = {}): EchoClient {
  const echo = new Echo<'socket.io'>({
    broadcaster: 'socket.io',
    client: io,
    host: `http://127.0.0.1:${port}`,
    forceNew: true,
    auth: { headers: { Authorization: `Bearer ${token}` } },
    ...options,
  });
  // Echo's type of its socket is a part of the real one.
  const socket = echo.connector.socket as unknown as Socket;
  const shown: unknown[][] = [];
  socket.onAny((...args) => shown.push(args));
  return {
    echo,
    socket,
    shown,
    heard: (channel, name) => shown.filter((args) => args[0] === name && args[1] === channel).map((args) => args[2]),
    subscribed: async (channel) => {
      const answer = await socket.timeout(8000).emitWithAck('subscribe', { channel });
      return answer.ok ? null : answer.error.reason;
    },
    transport: () => socket.io.engine.transport.name,
  };
}
