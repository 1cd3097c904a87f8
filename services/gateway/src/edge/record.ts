/** A message of a channel as EDGE keeps it, and how it is read from the bus. */
import type { EdgeMessage } from '@fanfare/contracts';
import type { Msg, MsgHdrs } from '@nats-io/transport-node';
import type { Position } from './position.ts';

/**
 * `seq` and `id` make it a position: whoever was given the record has read up to here. What is nowhere kept is
 * `NOWHERE`.
 */
export interface EdgeRecord extends Position {
  readonly message: EdgeMessage;
  /** Bytes on the bus, for bounds. */
  readonly size: number;
}

/** The one published as its message id; a publisher that gave none has no witness, so its position never recovers. */
export const messageIdOf = (headers: MsgHdrs | undefined): string => headers?.get('Nats-Msg-Id') ?? '';

/** NaN for a header that is missing. */
export const sequenceOf = (header: string): number => (header === '' ? Number.NaN : Number(header));

/** Stands for a body that is no edge message. Like every name with a `$`, no client gets to see it. */
const UNREADABLE: EdgeMessage = { name: '$unreadable', data: null, class: 'reliable' };

export const isInternal = ({ name }: EdgeMessage): boolean => name.startsWith('$');

/** A body that cannot be read still has its place in the order, so it becomes a record that is shown to nobody. */
export function parseRecord({ seq, id }: Position, data: Uint8Array): EdgeRecord {
  return { seq, id, message: parseMessage(data), size: data.byteLength };
}

function parseMessage(data: Uint8Array): EdgeMessage {
  try {
    const message = JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString());
    return typeof message?.name === 'string' ? message : UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}

/**
 * The sequence in the stream, and how many are still to come, out of the reply subject
 * `$JS.ACK.<stream>.<consumer>.<n>.<seq>.<n>.<time>.<pending>`.
 */
export function deliveryOf(message: Msg): { readonly seq: number; readonly pending: number } {
  // Newer servers may put domain and account before the stream: two tokens more.
  const tokens = message.reply?.split('.') ?? [];
  const shift = tokens.length >= 11 ? 2 : 0;
  return { seq: Number(tokens[5 + shift]), pending: Number(tokens[8 + shift]) };
}
