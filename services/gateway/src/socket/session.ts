/**
 * One connected socket of one user: its queue, its place in the user's channel and, at most, in one room's. It knows
 * how to show records to its client and how to end.
 */
import { type EdgeMessage, roomChannel } from '@fanfare/contracts';
import type { Socket } from 'socket.io';
import type { Principal } from '../authenticator.ts';
import type { Membership } from '../edge/channel.ts';
import { encodePosition, type Position } from '../edge/position.ts';
import { isInternal } from '../edge/record.ts';
import type { Member } from '../edge/seat.ts';
import type { ConnectionBucket } from '../limits/connection-bucket.ts';
import { type CloseReason, closingOf, isTerminal } from './close-codes.ts';
import type { Fanout } from './fanout.ts';
import { outgoingOf } from './fanout-frame.ts';
import { FanoutQueue } from './fanout-queue.ts';

/** A socket's stay in a room. */
export interface RoomStay {
  readonly roomId: bigint;
  /** When the user became a participant. */
  readonly since: Date;
  readonly membership: Membership;
}

export interface SessionOptions {
  readonly socket: Socket;
  readonly principal: Principal;
  /** Whether the client asked for ticks. */
  readonly wantsTicks: boolean;
  readonly bucket: ConnectionBucket;
  readonly fanout: Fanout;
  readonly capBytes: number;
  /** Told once, when this side ends the connection. */
  readonly onClose: (reason: CloseReason) => void;
  /** Told whenever the socket's room changes. */
  readonly onRoomChange: (left: bigint | null, entered: bigint | null) => void;
}

/** How long a client may take to read its goodbye before the transport is cut. */
const GOODBYE_MS = 1000;
/** A slow client that comes back at once would only be slow again. */
const SLOW_RETRY_MS = 1000;
/** What an event has around it on the way to a client: its channel, its position, the frame. */
const FRAMING_BYTES = 250;

export class Session {
  readonly #options: SessionOptions;
  readonly #queue: FanoutQueue;
  readonly #places = new Map<string, Membership>();
  #room: RoomStay | null = null;
  #ended = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: SessionOptions) {
    this.#options = options;
    const onOverflow = (): void => this.close('SLOW_CONSUMER', SLOW_RETRY_MS);
    this.#queue = new FanoutQueue(options.socket, options.fanout, options.capBytes, onOverflow);
  }

  get principal(): Principal {
    return this.#options.principal;
  }

  get bucket(): ConnectionBucket {
    return this.#options.bucket;
  }

  get room(): RoomStay | null {
    return this.#room;
  }

  hasEnded(): boolean {
    return this.#ended;
  }

  queuedBytes(): number {
    return this.#queue.bytes();
  }

  /** Before anything that is written past the queue. */
  flush(): void {
    this.#queue.flush();
  }

  /** Something for this socket alone. */
  emit(name: string, data: unknown, at?: Place): void {
    this.flush();
    if (at === undefined) this.#options.socket.emit(name, data);
    else this.#options.socket.emit(name, data, at);
  }

  /** Shows a channel's records; `after` learns of each that was shown. */
  memberOf(channel: string, after: (message: EdgeMessage) => void): Member {
    return {
      deliver: (record) => {
        const { message } = record;
        if (isInternal(message) || !this.#isMeantHere(message)) return;
        this.#queue.push(outgoingOf(channel, record));
        after(message);
      },
      lost: (position) => this.emit('resync', { ch: channel, recovered: false }, placeOf(channel, position)),
    };
  }

  #isMeantHere({ room }: EdgeMessage): boolean {
    return room === undefined || this.#room?.roomId === BigInt(room);
  }

  enterUser(channel: string, membership: Membership): void {
    this.#places.set(channel, membership);
  }

  enterRoom(stay: RoomStay): void {
    this.#room = stay;
    this.#places.set(roomChannel(stay.roomId), stay.membership);
    this.#options.onRoomChange(null, stay.roomId);
  }

  leaveRoom(): void {
    if (this.#room === null) return;
    const { roomId, membership } = this.#room;
    this.#room = null;
    membership.leave();
    this.#places.delete(roomChannel(roomId));
    this.#options.onRoomChange(roomId, null);
  }

  /** Shows what the member missed and what comes. */
  begin({ replay, start }: Membership): void {
    this.#queue.allow(replay.reduce((bytes, { size }) => bytes + size + FRAMING_BYTES, 0));
    start();
  }

  /** One after the other: what changes the socket's room. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  /** Tells how far quiet channels are, to clients that asked for it. */
  tick(): void {
    if (!this.#options.wantsTicks || this.#ended) return;
    for (const [channel, membership] of this.#places) {
      const position = membership.laterPosition();
      if (position !== null) this.emit('tick', null, placeOf(channel, position));
    }
  }

  /** Nothing is shown any more, whatever still arrives. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.leaveRoom();
    for (const membership of this.#places.values()) membership.leave();
    this.#places.clear();
    this.#queue.close();
  }

  close(reason: CloseReason, retryAfterMs = 0): void {
    if (this.#ended) return;
    this.flush();
    // What waited may have been too much, which closes by itself.
    if (this.#ended) return;
    this.end();
    const { socket, onClose } = this.#options;
    onClose(reason);
    socket.emit('closing', closingOf(reason, retryAfterMs));
    // A Socket.IO disconnect tells its client not to come back; a closed transport does the opposite.
    if (isTerminal(reason)) socket.disconnect(true);
    else socket.conn.close();
    setTimeout(() => cut(socket), GOODBYE_MS).unref();
  }
}

/** Where an event belongs: the third argument of every server event. */
interface Place {
  readonly ch: string;
  readonly off: string;
}

export const placeOf = (channel: string, position: Position): Place => ({
  ch: channel,
  off: encodePosition(position),
});

/** A client that reads nothing does not read its goodbye either; what waits for it is freed. */
function cut(socket: Socket): void {
  const { transport } = socket.conn as unknown as { transport?: { socket?: { terminate?: () => void } } };
  transport?.socket?.terminate?.();
}
