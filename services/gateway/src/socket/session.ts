/**
 * One connected socket of one user: its queue, its place in the user's channel and, at most, in one room's; laravel-echo
 * has a place of its own there. It knows how to show records to its client and how to end.
 */
import { type EdgeMessage, roomChannel } from '@fanfare/contracts';
import type { Socket } from 'socket.io';
import type { Principal } from '../authenticator.ts';
import { isInternal } from '../edge/record.ts';
import type { Member, Membership } from '../edge/seat.ts';
import type { ConnectionBucket } from '../limits/connection-bucket.ts';
import type { OwnEventName } from '../protocol/emit.ts';
import { type CloseReason, closingOf, isTerminal } from './close-codes.ts';
import type { Fanout } from './fanout.ts';
import { argumentsOf, type Dialect, outgoingOf, placeOf } from './fanout-frame.ts';
import { FanoutQueue } from './fanout-queue.ts';

/** A socket's stay in a room, in one dialect. */
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

const NATIVE: readonly Dialect[] = ['native'];
const BOTH: readonly Dialect[] = ['native', 'echo'];

export class Session {
  readonly #options: SessionOptions;
  readonly #queue: FanoutQueue;
  /** Those that positions are told of. */
  readonly #places = new Map<string, Membership>();
  readonly #stays: Record<Dialect, RoomStay | null> = { native: null, echo: null };
  /** Of the channels that every socket hears, those that it hears in laravel-echo's dialect too. */
  #inEcho: ReadonlySet<string> | null = null;
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

  stay(dialect: Dialect): RoomStay | null {
    return this.#stays[dialect];
  }

  isInRoom(roomId: bigint): boolean {
    return this.#stays.native?.roomId === roomId || this.#stays.echo?.roomId === roomId;
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
  emit(name: OwnEventName, ...said: readonly unknown[]): void {
    this.flush();
    this.#options.socket.emit(name, ...said);
  }

  /** Shows a channel's records in each of the dialects of then; `after` learns of each that was shown. */
  memberOf(channel: string, dialects: () => readonly Dialect[], after: (message: EdgeMessage) => void): Member {
    return {
      deliver: (record) => {
        const { message } = record;
        if (isInternal(message) || !this.#isMeantHere(message)) return;
        for (const dialect of dialects()) this.#queue.push(outgoingOf(dialect, channel, record));
        after(message);
      },
      lost: (position) => {
        const data = { ch: channel, recovered: false };
        for (const dialect of dialects()) this.emit('resync', ...argumentsOf(dialect, channel, data, position));
      },
    };
  }

  #isMeantHere({ room }: EdgeMessage): boolean {
    return room === undefined || this.isInRoom(BigInt(room));
  }

  /** In which dialects it hears one of the channels that every socket hears. */
  dialectsOf(channel: string): readonly Dialect[] {
    return this.#inEcho?.has(channel) === true ? BOTH : NATIVE;
  }

  hearInEcho(channel: string, isHeard: boolean): void {
    const channels = new Set(this.#inEcho);
    if (isHeard) channels.add(channel);
    else channels.delete(channel);
    this.#inEcho = channels;
  }

  enterUser(channel: string, membership: Membership): void {
    this.#places.set(channel, membership);
  }

  enterRoom(dialect: Dialect, stay: RoomStay): void {
    this.#stays[dialect] = stay;
    if (dialect === 'native') this.#places.set(roomChannel(stay.roomId), stay.membership);
    this.#options.onRoomChange(null, stay.roomId);
  }

  leaveRoom(dialect: Dialect): void {
    const stay = this.#stays[dialect];
    if (stay === null) return;
    this.#stays[dialect] = null;
    stay.membership.leave();
    if (dialect === 'native') this.#places.delete(roomChannel(stay.roomId));
    this.#options.onRoomChange(stay.roomId, null);
  }

  /** In both dialects: the stays that are over. */
  leaveRoomWhere(isOver: (stay: RoomStay) => boolean): void {
    for (const dialect of BOTH) {
      const stay = this.#stays[dialect];
      if (stay !== null && isOver(stay)) this.leaveRoom(dialect);
    }
  }

  /** Shows what the member missed and what comes. */
  begin(membership: Membership): void {
    this.#queue.allow(membership.replay.reduce((bytes, { size }) => bytes + size + FRAMING_BYTES, 0));
    membership.start();
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
    this.leaveRoomWhere(() => true);
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

/** A client that reads nothing does not read its goodbye either; what waits for it is freed. */
function cut(socket: Socket): void {
  const { transport } = socket.conn as unknown as { transport?: { socket?: { terminate?: () => void } } };
  transport?.socket?.terminate?.();
}
