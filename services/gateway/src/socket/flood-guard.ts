/**
 * What a connection may send at all, well-formed or not, before its client is cut off. Commands have limits of their
 * own, whose refusals cost an answer each; what never becomes a command has none, and a client that sends as fast as it
 * can would keep everybody else waiting.
 */
import type { Clock } from '@fanfare/kit';
import type { Server, Socket } from 'socket.io';
import { type Bucket, fullBucket, type Rate, take } from '../limits/token-bucket.ts';
import type { Session } from './session.ts';

export interface FloodGuard {
  /** The session to close when the socket's connection is cut off. */
  readonly watch: (socket: Socket, session: Pick<Session, 'close'>) => void;
  /** The socket's handshake was refused; it may try again for a while. */
  readonly refused: (socket: Socket) => void;
}

interface EnginePacket {
  readonly type: string;
  readonly data?: unknown;
}

interface WebSocketTransport {
  readonly name: string;
  /** ws's, unless the transport is polling. */
  readonly socket?: {
    readonly bufferedAmount: number;
    readonly on: (event: 'ping', listener: () => void) => void;
    readonly pause: () => void;
    readonly terminate: () => void;
  };
}

/** What we use of engine.io's socket. */
interface EngineSocket {
  readonly transport: WebSocketTransport;
  readonly on: (event: 'packet', listener: (packet: EnginePacket) => void) => void;
  readonly once: (event: 'upgrade', listener: (transport: WebSocketTransport) => void) => void;
  readonly close: (discard?: boolean) => void;
}

/** Twice what commands may: who does not heed refusals for a moment is not cut off yet. */
const MORE_THAN_COMMANDS = 2;
/** For what a client says besides, at its beginning above all. */
const BESIDES_COMMANDS = 20;
/** Most commands have less. What is longer is read as a whole before it is refused. */
const BYTES_PER_TOKEN = 1024;
/** To check a token takes as long as to refuse some twenty commands. */
const REFUSED_HANDSHAKE_COST = 20;
/** The bucket is full again by then. */
const RETRY_MS = 5000;
/** How long a client may take to read why. */
const GOODBYE_MS = 1000;

/** @param commands the rate that one connection's commands have */
export function guardAgainstFloods(io: Server, commands: Rate, capBytes: number, clock: Clock): FloodGuard {
  const rate: Rate = {
    capacity: commands.capacity * MORE_THAN_COMMANDS + BESIDES_COMMANDS,
    perSecond: commands.perSecond * MORE_THAN_COMMANDS,
  };
  /** The longest message that is read takes all that there may be. */
  const costOf = ({ type, data }: EnginePacket): number =>
    type === 'message' ? Math.min(rate.capacity, 1 + lengthOf(data) / BYTES_PER_TOKEN) : 1;
  const isLimited = Number.isFinite(rate.capacity);
  const buckets = new WeakMap<object, Bucket>();
  const sessions = new WeakMap<object, Pick<Session, 'close'>>();

  function isTooMuch(key: object, cost: number): boolean {
    if (!isLimited) return false;
    const now = clock.monotonic();
    const { bucket, verdict } = take(rate, buckets.get(key) ?? fullBucket(rate, now), cost, now);
    buckets.set(key, bucket);
    return !verdict.allowed;
  }

  /** One function for all connections, which they are handed as `this`: a closure for each would weigh. */
  function onPacket(this: EngineSocket, packet: EnginePacket): void {
    if (isTooMuch(this, costOf(packet))) cutOff(this);
  }

  /** Reads nothing more at once, and waits a moment for what was said last to be read. */
  function cutOff(connection: EngineSocket): void {
    sessions.get(connection)?.close('RATE_LIMITED', RETRY_MS);
    const { socket } = connection.transport;
    connection.close(socket === undefined);
    if (socket === undefined) return;
    socket.pause();
    setTimeout(() => socket.terminate(), GOODBYE_MS).unref();
  }

  /** ws answers pings by itself, also those of a client that does not read the answers. */
  function onPing(this: NonNullable<WebSocketTransport['socket']>): void {
    if (isTooMuch(this, 1) || this.bufferedAmount > capBytes) this.terminate();
  }

  const watchPings = ({ socket }: WebSocketTransport): void => socket?.on('ping', onPing);

  io.engine.on('connection', (connection: EngineSocket) => {
    if (isLimited) connection.on('packet', onPacket);
    if (connection.transport.name === 'websocket') watchPings(connection.transport);
    else connection.once('upgrade', watchPings);
  });
  return {
    watch: (socket, session) => {
      if (isLimited) sessions.set(socket.conn, session);
    },
    refused: ({ conn }) => {
      if (isTooMuch(conn, REFUSED_HANDSHAKE_COST)) cutOff(conn as unknown as EngineSocket);
    },
  };
}

const lengthOf = (data: unknown): number =>
  typeof data === 'string' ? data.length : ((data as Buffer | undefined)?.byteLength ?? 0);
