/**
 * What waits to be written to one connection. A flush hands everything over as one buffer of complete frames, behind what
 * engine.io still holds so that acks keep their place: a write costs far more than an encoding.
 */
import type { Socket } from 'socket.io';
import { type Batch, EMPTY } from './batch.ts';
import { type EngineConnection, takesFrames, unsentBytes, writeFrames } from './engine-connection.ts';
import type { Fanout, Queue } from './fanout.ts';
import type { Outgoing } from './fanout-frame.ts';

/** A whole replay of the largest kind, and what came while it was read. */
const BURST_CAPS = 4;

export class FanoutQueue implements Queue {
  readonly #connection: EngineConnection;
  readonly #fanout: Fanout;
  readonly #capBytes: number;
  readonly #onOverflow: () => void;
  #waiting: Batch = EMPTY;
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
    this.#waiting = this.#waiting.with(outgoing);
    if (this.#waiting.bytes > this.#capBytes * BURST_CAPS) this.#overflow();
    else if (outgoing.conflateKey === null) this.#askSoon();
    else this.#askLater();
  }

  /** Hands over all that waits. Do so before anything that is written past the queue. */
  flush(): void {
    if (this.#closed) return;
    const unread = unsentBytes(this.#connection);
    if (this.#waiting.isEmpty) {
      // Answers pile up as well when nobody reads them.
      if (unread > this.#capBytes + this.#allowed + this.#newlyAllowed) this.#overflow();
      return;
    }
    this.#allowed = (unread === 0 ? 0 : this.#allowed) + this.#newlyAllowed;
    this.#newlyAllowed = 0;
    if (unread > 0 && unread + this.#waiting.bytes > this.#capBytes + this.#allowed) {
      this.#overflow();
      return;
    }
    const batch = this.#waiting;
    this.#waiting = EMPTY;
    handOver(this.#connection, batch);
  }

  /** A replay of so many bytes comes at once: it does not count against the cap until the client has read it all. */
  allow(bytes: number): void {
    this.#newlyAllowed += bytes;
  }

  /** Forgets what waits; nothing is taken in any more. */
  close(): void {
    this.#closed = true;
    this.#waiting = EMPTY;
  }

  /** Bytes in this queue, in engine.io's and in the socket's. */
  bytes(): number {
    return this.#waiting.bytes + unsentBytes(this.#connection);
  }

  flushSoon(): void {
    this.#flushesSoon = false;
    this.flush();
  }

  flushLater(): void {
    this.#flushesLater = false;
    this.flush();
  }

  #askSoon(): void {
    if (this.#flushesSoon) return;
    this.#flushesSoon = true;
    this.#fanout.soon(this);
  }

  #askLater(): void {
    if (this.#flushesLater) return;
    this.#flushesLater = true;
    this.#fanout.later(this);
  }

  #overflow(): void {
    this.close();
    this.#onOverflow();
  }
}

function handOver(connection: EngineConnection, batch: Batch): void {
  if (takesFrames(connection)) writeFrames(connection, batch.packets());
  else for (const { packet } of batch.messages()) connection.write(packet, { compress: false });
}
