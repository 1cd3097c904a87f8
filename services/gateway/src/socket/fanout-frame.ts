/**
 * An event as it leaves for clients: encoded once, however many sockets it goes to. `frame` is the complete websocket
 * frame, `packet` the same without engine.io's type for connections that are not a plain websocket.
 */

import { encodePosition, isNowhere, type Position } from '../edge/position.ts';
import { type EdgeRecord, isInternal } from '../edge/record.ts';
import { echoNameOf } from './echo-channel.ts';

/** Whose shape an event has: `(name, data, {ch, off})` is ours, `(name, channel, data)` laravel-echo's. */
export type Dialect = 'native' | 'echo';

export interface Outgoing {
  readonly packet: string;
  readonly frame: Buffer;
  /** Of the messages with this key that wait in a queue only the newest is kept; null keeps all. */
  readonly conflateKey: string | null;
  /** Null when every socket of the channel is meant. */
  readonly audience: Audience | null;
}

export interface Audience {
  /** Only sockets that are in this room. */
  readonly roomId: bigint | null;
  /** Not this socket. */
  readonly except: string | null;
}

/** engine.io's type for a message, and Socket.IO's for an event without ack in the main namespace. */
const MESSAGE = '4';
const EVENT = '2';

const FINAL_TEXT = 0x81;

/** One unmasked, final text frame: https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerLength + length);
  frame[0] = FINAL_TEXT;
  if (headerLength === 2) {
    frame[1] = length;
  } else if (headerLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headerLength);
  return frame;
}

/** Where an event belongs: the third argument of every event of ours. */
export interface Place {
  readonly ch: string;
  /** Missing where nobody can go on from: what passed by and is nowhere kept. */
  readonly off?: string;
}

export const placeOf = (channel: string, position: Position): Required<Place> => ({
  ch: channel,
  off: encodePosition(position),
});

/** What a listener for `name` is called with. */
export const argumentsOf = (dialect: Dialect, channel: string, data: unknown, position: Position): unknown[] =>
  dialect === 'echo'
    ? [echoNameOf(channel), data]
    : [data, isNowhere(position) ? { ch: channel } : placeOf(channel, position)];

export function encodeEvent(dialect: Dialect, channel: string, record: EdgeRecord): Outgoing {
  const { name, data, class: kind, key = '', room = null, except = null } = record.message;
  const packet = EVENT + JSON.stringify([name, ...argumentsOf(dialect, channel, data ?? null, record)]);
  return {
    packet,
    frame: textFrame(MESSAGE + packet),
    conflateKey: kind === 'conflate' ? `${dialect} ${channel} ${name} ${key}` : null,
    audience: room === null && except === null ? null : { roomId: room === null ? null : BigInt(room), except },
  };
}

interface Encoded {
  readonly record: EdgeRecord;
  readonly outgoing: Outgoing | null;
}

/** A record is delivered to all members of its channel before the next one is, so remembering one is enough. */
const newest: Record<Dialect, Encoded | null> = { native: null, echo: null };

/** Encodes a record once for each dialect, however many sockets it goes to. Null when no client gets to see it. */
export function outgoingOf(dialect: Dialect, channel: string, record: EdgeRecord): Outgoing | null {
  const known = newest[dialect];
  if (known?.record === record) return known.outgoing;
  const outgoing = isInternal(record.message) ? null : encodeEvent(dialect, channel, record);
  newest[dialect] = { record, outgoing };
  return outgoing;
}
