/**
 * What waits to be written to one connection. A flush hands everything over as one buffer of complete frames, through
 * engine.io's own queue so that acks keep their place: a write costs far more than an encoding.
 */
import type { Socket } from 'socket.io';
import {
  type EngineConnection,
  framesOption,
  type PacketOptions,
  takesFrames,
  unsentBytes,
} from './engine-connection.ts';
import type { Fanout } from './fanout.ts';
import type { Outgoing } from './fanout-frame.ts';

/** A whole replay of the largest kind, and what came while it was read. */
const BURST_CAPS = 4;

export class FanoutQueue {
  readonly #connection: EngineConnection;
  readonly #fanout: Fanout;
  readonly #capBytes: number;
  readonly #onOverflow: () => void;
  #waiting: Outgoing[] = [];
  #bytes = 0;
  #allowed = 0;
  #newlyAllowed = 0;
  #closed = false;
  #flushesSoon = false;
  #flushesLater = false;

  /**
   * @param onOverflow called once, when the client leaves more than `capBytes` unread; the connection is to be ended.
   * Messages that came since the last flush alone are nobody's fault but ours, and end it only far beyond the cap.
   */
  constructor(socket: Socket, fanout: Fanout, capBytes: number, onOverflow: () => void) {
    this.#connection = socket.conn as unknown as EngineConnection;
    this.#fanout = fanout;
    this.#capBytes = capBytes;
    this.#onOverflow = onOverflow;
  }

  push(outgoing: Outgoing): void {
    if (this.#closed) return;
    const { conflateKey, frame } = outgoing;
    if (conflateKey !== null) this.#dropOlder(conflateKey);
    this.#waiting.push(outgoing);
    this.#bytes += frame.byteLength;
    if (this.#bytes > this.#capBytes * BURST_CAPS) this.#overflow();
    else if (conflateKey === null) this.#flushSoon();
    else this.#flushLater();
  }

  /** Hands over all that waits. Do so before anything that is written past the queue. */
  flush(): void {
    if (this.#closed) return;
    const unread = unsentBytes(this.#connection);
    if (this.#waiting.length === 0) {
      // Answers pile up as well when nobody reads them.
      if (unread > this.#capBytes + this.#allowed + this.#newlyAllowed) this.#overflow();
      return;
    }
    this.#allowed = (unread === 0 ? 0 : this.#allowed) + this.#newlyAllowed;
    this.#newlyAllowed = 0;
    if (unread > 0 && unread + this.#bytes > this.#capBytes + this.#allowed) {
      this.#overflow();
      return;
    }
    const batch = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    handOver(this.#connection, batch);
  }

  /** A replay of so many bytes comes at once: it does not count against the cap until the client has read it all. */
  allow(bytes: number): void {
    this.#newlyAllowed += bytes;
  }

  /** Forgets what waits; nothing is taken in any more. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#bytes = 0;
  }

  /** Bytes in this queue, in engine.io's and in the socket's. */
  bytes(): number {
    return this.#bytes + unsentBytes(this.#connection);
  }

  #dropOlder(conflateKey: string): void {
    const older = this.#waiting.findIndex((outgoing) => outgoing.conflateKey === conflateKey);
    if (older < 0) return;
    this.#bytes -= this.#waiting[older]?.frame.byteLength ?? 0;
    this.#waiting.splice(older, 1);
  }

  #flushSoon(): void {
    if (this.#flushesSoon) return;
    this.#flushesSoon = true;
    this.#fanout.soon(() => {
      this.#flushesSoon = false;
      this.flush();
    });
  }

  #flushLater(): void {
    if (this.#flushesLater) return;
    this.#flushesLater = true;
    this.#fanout.later(() => {
      this.#flushesLater = false;
      this.flush();
    });
  }

  #overflow(): void {
    this.close();
    this.#onOverflow();
  }
}

function handOver(connection: EngineConnection, batch: readonly Outgoing[]): void {
  if (takesFrames(connection)) connection.write('', joined(batch));
  else for (const { packet } of batch) connection.write(packet, { compress: false });
}

let lastBatch: readonly Outgoing[] = [];
let lastJoined: PacketOptions = {};

/** In a room nearly all sockets are handed the same batch, one after the other: it is put together for the first. */
function joined(batch: readonly Outgoing[]): PacketOptions {
  if (!isSame(batch, lastBatch)) {
    const [only] = batch;
    const isOne = batch.length === 1 && only !== undefined;
    lastJoined = framesOption(isOne ? only.frame : Buffer.concat(batch.map(({ frame }) => frame)));
    lastBatch = batch;
  }
  return lastJoined;
}

const isSame = (one: readonly Outgoing[], other: readonly Outgoing[]): boolean =>
  one.length === other.length && one.every((outgoing, index) => outgoing === other[index]);
