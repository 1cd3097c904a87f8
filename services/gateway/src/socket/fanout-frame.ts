/**
 * An event as it leaves for clients: encoded once, however many sockets it goes to. `frame` is the complete websocket
 * frame, `packet` the same without engine.io's type for connections that are not a plain websocket.
 */

import { encodePosition } from '../edge/position.ts';
import type { EdgeRecord } from '../edge/record.ts';

export interface Outgoing {
  readonly packet: string;
  readonly frame: Buffer;
  /** Of the messages with this key that wait in a queue only the newest is kept; null keeps all. */
  readonly conflateKey: string | null;
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

/** `(name, data, {ch, off})`. */
export function encodeEvent(channel: string, { seq, id, message }: EdgeRecord): Outgoing {
  const meta = { ch: channel, off: encodePosition({ seq, id }) };
  const packet = EVENT + JSON.stringify([message.name, message.data ?? null, meta]);
  return {
    packet,
    frame: textFrame(MESSAGE + packet),
    conflateKey: message.class === 'conflate' ? `${channel} ${message.name}` : null,
  };
}

/** A record is delivered to all members of its channel before the next one is, so remembering one is enough. */
let newest: { readonly record: EdgeRecord; readonly outgoing: Outgoing } | null = null;

export function outgoingOf(channel: string, record: EdgeRecord): Outgoing {
  if (newest?.record !== record) newest = { record, outgoing: encodeEvent(channel, record) };
  return newest.outgoing;
}
