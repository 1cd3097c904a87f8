/**
 * One connected socket of one user: its queue, its place in the user's channel and, at most, in one room's. It knows
 * how to show records to its client and how to end.
 */
import type { EdgeMessage } from '@fanfare/contracts';
import { roomChannel } from '@fanfare/contracts';
import type { Socket } from 'socket.io';
import type { Principal } from '../authenticator.ts';
import type { Member, Membership } from '../edge/channel.ts';
import { encodePosition, type Position } from '../edge/position.ts';
import { isInternal } from '../edge/record.ts';
import type { ConnectionBucket } from '../limits/connection-bucket.ts';
import { type CloseReason, closingOf, isTerminal } from './close-codes.ts';
import type { Fanout } from './fanout.ts';
import { outgoingOf } from './fanout-frame.ts';
import { createQueue } from './fanout-queue.ts';

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

export type Session = ReturnType<typeof createSession>;

/** How long a client may take to read its goodbye before the transport is cut. */
const GOODBYE_MS = 1000;

export function createSession(options: SessionOptions) {
  const { socket, principal } = options;
  const queue = createQueue(socket, options.fanout, options.capBytes, () => close('SLOW_CONSUMER', SLOW_RETRY_MS));
  const places = new Map<string, Membership>();
  let room: RoomStay | null = null;
  let ended = false;
  let turn: Promise<unknown> = Promise.resolve();

  function emit(name: string, data: unknown, at?: { readonly ch: string; readonly off: string }): void {
    queue.flush();
    if (at === undefined) socket.emit(name, data);
    else socket.emit(name, data, at);
  }

  /** Shows a channel's records; `after` learns of each that was shown. */
  const memberOf = (channel: string, after: (message: EdgeMessage) => void): Member => ({
    deliver: (record) => {
      const { message } = record;
      if (isInternal(message) || !isMeantHere(message)) return;
      queue.push(outgoingOf(channel, record));
      after(message);
    },
    lost: (position) => emit('resync', { ch: channel, recovered: false }, metaOf(channel, position)),
  });

  const isMeantHere = ({ room: only }: EdgeMessage): boolean => only === undefined || room?.roomId === BigInt(only);

  function leaveRoom(): void {
    if (room === null) return;
    const { roomId, membership } = room;
    room = null;
    membership.leave();
    places.delete(roomChannel(roomId));
    options.onRoomChange(roomId, null);
  }

  /** Nothing is shown any more, whatever still arrives. */
  function end(): void {
    if (ended) return;
    ended = true;
    leaveRoom();
    for (const place of places.values()) place.leave();
    places.clear();
    queue.close();
  }

  function close(reason: CloseReason, retryAfterMs = 0): void {
    if (ended) return;
    end();
    options.onClose(reason);
    socket.emit('closing', closingOf(reason, retryAfterMs));
    // A Socket.IO disconnect tells its client not to come back; a closed transport does the opposite.
    if (isTerminal(reason)) socket.disconnect(true);
    else socket.conn.close();
    setTimeout(() => cut(socket), GOODBYE_MS).unref();
  }

  return {
    id: socket.id,
    principal,
    bucket: options.bucket,
    emit,
    flush: queue.flush,
    queuedBytes: queue.bytes,
    memberOf,
    leaveRoom,
    end,
    close,
    hasEnded: (): boolean => ended,
    room: (): RoomStay | null => room,
    enterUser: (channel: string, membership: Membership): void => void places.set(channel, membership),
    /** Shows what the member missed and what comes. */
    begin: ({ replay, start }: Membership): void => {
      queue.allow(replay.reduce((bytes, { size }) => bytes + size + FRAMING_BYTES, 0));
      start();
    },
    enterRoom: (stay: RoomStay): void => {
      room = stay;
      places.set(roomChannel(stay.roomId), stay.membership);
      options.onRoomChange(null, stay.roomId);
    },
    /** One after the other: what changes the socket's room. */
    inTurn: <T>(work: () => Promise<T>): Promise<T> => {
      const result = turn.then(work);
      turn = result.catch(() => {});
      return result;
    },
    /** Tells how far quiet channels are, to clients that asked for it. */
    tick: (): void => {
      if (!options.wantsTicks || ended) return;
      for (const [channel, place] of places) {
        const position = place.laterPosition();
        if (position !== null) emit('tick', null, metaOf(channel, position));
      }
    },
  };
}

/** A slow client that comes back at once would only be slow again. */
const SLOW_RETRY_MS = 1000;

/** What an event has around it on the way to a client: its channel, its position, the frame. */
const FRAMING_BYTES = 250;

export const metaOf = (channel: string, position: Position): { readonly ch: string; readonly off: string } => ({
  ch: channel,
  off: encodePosition(position),
});

/** A client that reads nothing does not read its goodbye either; what waits for it is freed. */
function cut(socket: Socket): void {
  const { transport } = socket.conn as unknown as { transport?: { socket?: { terminate?: () => void } } };
  transport?.socket?.terminate?.();
}
