/**
 * Engine.IO 4 and Socket.IO 5 by hand over a plain websocket: what is sent is sent as it is written, and nothing is
 * added by a client library. https://socket.io/docs/v4/socket-io-protocol/
 */
import { WebSocket } from 'ws';

/** What a socket tells, in order. */
export interface RawListener {
  /** The namespace is open: the handshake was accepted. */
  readonly connected?: () => void;
  /** The handshake was refused, with `connect_error.data`. */
  readonly refused?: (data: unknown) => void;
  readonly event?: (name: string, data: unknown, at: { readonly ch: string; readonly off: string } | undefined) => void;
  /** Told once, however it ends; the code is the websocket's, 1006 when there was no goodbye. */
  readonly closed?: (code: number) => void;
}

export interface RawSocket {
  /** Sends one frame, whatever it says. */
  readonly send: (frame: string | Buffer) => void;
  /** Emits an event; `acked` is called with its ack's first argument before anything later is told. */
  readonly emit: (event: string, payload: unknown, acked: (answer: unknown) => void) => void;
  /** Reads nothing more, as a phone without reception, until `resume`. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly isOpen: () => boolean;
  /** Without a goodbye. */
  readonly cut: () => void;
}

const OPEN = '0';
const PING = '2';
const PONG = '3';
const MESSAGE = '4';
const CONNECT = '0';
const EVENT = '2';
const ACK = '3';
const REFUSED = '4';

/** Connects and says who it is; everything else is told to the listener. */
export function openRawSocket(port: number, auth: unknown, listener: RawListener): RawSocket {
  const url = `ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`;
  const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true });
  const acks = new Map<number, (answer: unknown) => void>();
  let emitted = 0;

  function hear(packet: string): void {
    if (packet[0] === OPEN) socket.send(`${MESSAGE}${CONNECT}${JSON.stringify(auth)}`);
    else if (packet[0] === PING) socket.send(PONG);
    else if (packet[0] === MESSAGE) hearMessage(packet[1], packet.slice(2));
  }

  function hearMessage(type: string | undefined, body: string): void {
    if (type === CONNECT) listener.connected?.();
    else if (type === REFUSED) listener.refused?.(JSON.parse(body).data);
    else if (type === EVENT) {
      const [name, data, at] = JSON.parse(body);
      listener.event?.(name, data, at);
    } else if (type === ACK) {
      const [, id = '', args = '[]'] = /^(\d+)(.*)$/s.exec(body) ?? [];
      acks.get(Number(id))?.(JSON.parse(args)[0]);
      acks.delete(Number(id));
    }
  }

  socket.on('message', (data) => hear(data.toString()));
  // `close` follows every error, and says all there is to know.
  socket.on('error', () => {});
  socket.on('close', (code) => {
    acks.clear();
    listener.closed?.(code);
  });

  return {
    send: (frame) => socket.send(frame),
    emit: (event, payload, acked) => {
      emitted += 1;
      acks.set(emitted, acked);
      socket.send(`${MESSAGE}${EVENT}${emitted}${JSON.stringify([event, payload])}`);
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    isOpen: () => socket.readyState === WebSocket.OPEN,
    cut: () => socket.terminate(),
  };
}
