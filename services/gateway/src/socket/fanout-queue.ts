/**
 * What waits to be written to one connection. A flush hands everything over as one buffer of complete frames, through
 * engine.io's own queue so that acks keep their place: a write costs far more than an encoding.
 */
import type { Socket } from 'socket.io';
import type { Fanout } from './fanout.ts';
import type { Outgoing } from './fanout-frame.ts';

/** What we use of engine.io's socket; `wsPreEncodedFrame` is the field that socket.io-adapter itself uses. */
interface EngineConnection {
  readonly readyState: string;
  readonly writeBuffer: readonly { readonly data?: unknown; readonly options?: PacketOptions }[];
  readonly transport: {
    readonly name: string;
    readonly writable: boolean;
    readonly perMessageDeflate?: unknown;
    readonly socket?: { readonly _socket?: { readonly writableLength: number } | null };
  };
  readonly write: (data: string, options: PacketOptions) => void;
}

interface PacketOptions {
  readonly compress?: boolean;
  readonly wsPreEncodedFrame?: readonly Buffer[];
}

/** A whole replay of the largest kind, and what came while it was read. */
const BURST_CAPS = 4;

export interface FanoutQueue {
  readonly push: (outgoing: Outgoing) => void;
  /** Hands over all that waits. Do so before anything that is written past the queue. */
  readonly flush: () => void;
  /** A replay of so many bytes comes at once: it does not count against the cap until the client has read it all. */
  readonly allow: (bytes: number) => void;
  /** Forgets what waits; nothing is taken in any more. */
  readonly close: () => void;
  /** Bytes in this queue, in engine.io's and in the socket's. */
  readonly bytes: () => number;
}

/**
 * @param onOverflow called once, when the client leaves more than `capBytes` unread; the connection is to be ended.
 * Messages that came since the last flush alone are nobody's fault but ours, and end it only far beyond the cap.
 */
export function createQueue(socket: Socket, fanout: Fanout, capBytes: number, onOverflow: () => void): FanoutQueue {
  const connection = socket.conn as unknown as EngineConnection;
  let waiting: Outgoing[] = [];
  let ours = 0;
  let allowed = 0;
  let newlyAllowed = 0;
  let closed = false;

  function push(outgoing: Outgoing): void {
    if (closed) return;
    const { conflateKey, frame } = outgoing;
    if (conflateKey !== null) dropOlder(conflateKey);
    waiting.push(outgoing);
    ours += frame.byteLength;
    if (ours > capBytes * BURST_CAPS) overflow();
    else if (conflateKey === null) fanout.soon(flush);
    else fanout.later(flush);
  }

  function dropOlder(conflateKey: string): void {
    const older = waiting.findIndex((outgoing) => outgoing.conflateKey === conflateKey);
    if (older < 0) return;
    ours -= waiting[older]?.frame.byteLength ?? 0;
    waiting.splice(older, 1);
  }

  function flush(): void {
    if (waiting.length === 0) return;
    const unread = unsentBytes(connection);
    allowed = (unread === 0 ? 0 : allowed) + newlyAllowed;
    newlyAllowed = 0;
    if (unread > 0 && unread + ours > capBytes + allowed) {
      overflow();
      return;
    }
    const batch = waiting;
    waiting = [];
    ours = 0;
    handOver(connection, batch);
  }

  function overflow(): void {
    close();
    onOverflow();
  }

  function close(): void {
    closed = true;
    waiting = [];
    ours = 0;
  }

  const allow = (bytes: number): void => {
    newlyAllowed += bytes;
  };

  return { push, flush, close, allow, bytes: () => ours + unsentBytes(connection) };
}

function handOver(connection: EngineConnection, batch: readonly Outgoing[]): void {
  if (!takesFrames(connection)) {
    for (const { packet } of batch) connection.write(packet, { compress: false });
    return;
  }
  const frames = batch.map(({ frame }) => frame);
  const [only] = frames;
  const buffer = frames.length === 1 && only !== undefined ? only : Buffer.concat(frames);
  connection.write('', { wsPreEncodedFrame: [buffer], compress: false });
}

/** Anything but an open, uncompressed websocket gets ordinary packets. */
const takesFrames = ({ readyState, transport }: EngineConnection): boolean =>
  readyState === 'open' && transport.name === 'websocket' && !transport.perMessageDeflate;

function unsentBytes({ writeBuffer, transport }: EngineConnection): number {
  let bytes = transport.socket?._socket?.writableLength ?? 0;
  for (const { data, options } of writeBuffer) {
    for (const frame of options?.wsPreEncodedFrame ?? []) bytes += frame.byteLength;
    if (typeof data === 'string') bytes += data.length;
  }
  return bytes;
}
