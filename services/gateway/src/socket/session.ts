/**
 * One connected socket of one user: its queue, its place in the user's channel and, at most, in one room's; laravel-echo
 * has a place of its own there. It knows how to show records to its client and how to end.
 */
import { roomChannel, userChannel } from '@fanfare/contracts';
import type { Clock } from '@fanfare/kit';
import type { Socket } from 'socket.io';
import type { Principal } from '../authenticator.ts';
import type { Position } from '../edge/position.ts';
import type { EdgeRecord } from '../edge/record.ts';
import type { Membership } from '../edge/subscription.ts';
import { type ConnectionBucket, connectionBucket } from '../limits/connection-bucket.ts';
import type { Rate } from '../limits/token-bucket.ts';
import type { OwnEventName } from '../protocol/own-events.ts';
import { type CloseReason, closingOf, isTerminal } from './close-codes.ts';
import type { Fanout } from './fanout.ts';
import { type Audience, argumentsOf, type Dialect, outgoingOf, placeOf } from './fanout-frame.ts';
import { FanoutQueue } from './fanout-queue.ts';
import type { Registry } from './registry.ts';

/** A socket's stay in a room, in one dialect. */
export interface RoomStay {
  readonly roomId: bigint;
  /** When the user became a participant. */
  readonly since: Date;
  readonly membership: Membership;
}

/** What all sessions of a gateway share. */
export interface SessionDeps {
  readonly fanout: Fanout;
  /** What may wait for one client before it is cut off. */
  readonly capBytes: number;
  /** Of commands, on one connection. */
  readonly rate: Rate;
  readonly clock: Clock;
  /** Told whenever a session's room changes. */
  readonly registry: Pick<Registry, 'moved'>;
}

/** How long a client may take to read its goodbye before the transport is cut. */
const GOODBYE_MS = 1000;
/** A slow client that comes back at once would only be slow again. */
const SLOW_RETRY_MS = 1000;
/** What an event has around it on the way to a client: its channel, its position, the frame. */
const FRAMING_BYTES = 250;

const NOTHING_BEFORE: Promise<unknown> = Promise.resolve();

const NATIVE: readonly Dialect[] = ['native'];
const BOTH: readonly Dialect[] = ['native', 'echo'];

export class Session {
  readonly principal: Principal;
  readonly #deps: SessionDeps;
  readonly #socket: Socket;
  readonly #queue: FanoutQueue;
  /** In the user's own channel, once the session has begun. */
  #own: Membership | null = null;
  readonly #stays: Record<Dialect, RoomStay | null> = { native: null, echo: null };
  /** Of the channels that every socket hears, those that it hears in laravel-echo's dialect too. */
  #inEcho: ReadonlySet<string> | null = null;
  #bucket: ConnectionBucket | null = null;
  #closedFor: CloseReason | null = null;
  #ended = false;
  #turn: Promise<unknown> = NOTHING_BEFORE;

  constructor(deps: SessionDeps, socket: Socket, principal: Principal) {
    this.principal = principal;
    this.#deps = deps;
    this.#socket = socket;
    const onOverflow = (): void => this.close('SLOW_CONSUMER', SLOW_RETRY_MS);
    this.#queue = new FanoutQueue(socket, deps.fanout, deps.capBytes, onOverflow);
  }

  /** Unique among all gateways' sockets. */
  get socketId(): string {
    return this.#socket.id;
  }

  /** Of this connection's commands. Most connections never send one. */
  get bucket(): ConnectionBucket {
    this.#bucket ??= connectionBucket(this.#deps.rate, this.#deps.clock);
    return this.#bucket;
  }

  /** Why this side has ended the connection; null when it has not. */
  get closedFor(): CloseReason | null {
    return this.#closedFor;
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
    this.#socket.emit(name, ...said);
  }

  /** A record of one of its channels, unless it is for other sockets. */
  show(dialect: Dialect, channel: string, record: EdgeRecord): void {
    const outgoing = outgoingOf(dialect, channel, record);
    if (outgoing === null) return;
    if (outgoing.audience === null || this.#belongsTo(outgoing.audience)) this.#queue.push(outgoing);
  }

  /** Something on a channel can no longer be told. */
  showLoss(dialect: Dialect, channel: string, position: Position): void {
    this.emit('resync', ...argumentsOf(dialect, channel, { ch: channel, recovered: false }, position));
  }

  /** A record of a channel that every socket hears, in the dialects in which it hears it. */
  showCommon(channel: string, record: EdgeRecord): void {
    if (this.#own === null) return;
    for (const dialect of this.#dialectsOf(channel)) this.show(dialect, channel, record);
  }

  showCommonLoss(channel: string, position: Position): void {
    if (this.#own === null) return;
    for (const dialect of this.#dialectsOf(channel)) this.showLoss(dialect, channel, position);
  }

  #belongsTo({ roomId, except }: Audience): boolean {
    return (roomId === null || this.isInRoom(roomId)) && except !== this.socketId;
  }

  #dialectsOf(channel: string): readonly Dialect[] {
    return this.#inEcho?.has(channel) === true ? BOTH : NATIVE;
  }

  hearInEcho(channel: string, isHeard: boolean): void {
    const channels = new Set(this.#inEcho);
    if (isHeard) channels.add(channel);
    else channels.delete(channel);
    this.#inEcho = channels;
  }

  enterUser(own: Membership): void {
    this.#own = own;
  }

  enterRoom(dialect: Dialect, stay: RoomStay): void {
    this.#stays[dialect] = stay;
    this.#deps.registry.moved(this, null, stay.roomId);
  }

  leaveRoom(dialect: Dialect): void {
    const stay = this.#stays[dialect];
    if (stay === null) return;
    this.#stays[dialect] = null;
    stay.membership.leave();
    this.#deps.registry.moved(this, stay.roomId, null);
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

  /** Tells how far quiet channels are. */
  tick(): void {
    this.#tick(userChannel(this.principal.userId), this.#own);
    const { native: stay } = this.#stays;
    if (stay !== null) this.#tick(roomChannel(stay.roomId), stay.membership);
  }

  #tick(channel: string, place: Membership | null): void {
    const position = place?.laterPosition() ?? null;
    if (position !== null) this.emit('tick', null, placeOf(channel, position));
  }

  /** Nothing is shown any more, whatever still arrives. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.leaveRoomWhere(() => true);
    this.#own?.leave();
    this.#own = null;
    this.#queue.close();
  }

  close(reason: CloseReason, retryAfterMs = 0): void {
    if (this.#ended) return;
    this.flush();
    // What waited may have been too much, which closes by itself.
    if (this.#ended) return;
    this.end();
    this.#closedFor = reason;
    const socket = this.#socket;
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
