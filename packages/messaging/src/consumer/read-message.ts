/** What a delivered message is to a consumer. */
import type { MsgHdrs } from '@nats-io/transport-node';
import { decodeHeaders, MalformedEvent, MESSAGE_ID_HEADER } from '../envelope.ts';
import type { DeadLetter } from './dead-letters.ts';
import type { Consumer } from './define.ts';
import type { Delivered } from './handle.ts';

/** The part of a JetStream message that is read. */
export interface Message {
  readonly subject: string;
  readonly seq: number;
  readonly headers: MsgHdrs | undefined;
  readonly string: () => string;
}

export type Reading =
  | { readonly kind: 'event'; readonly delivered: Delivered }
  /** Another verb of the entity, or a replayed event that is for somebody else. */
  | { readonly kind: 'skipped' }
  /** No event of this platform: trying again will not help. */
  | { readonly kind: 'malformed'; readonly letter: DeadLetter };

export function readMessage(consumer: Consumer, message: Message): Reading {
  if (!consumer.wants(message.subject)) return { kind: 'skipped' };
  const header = (name: string): string => message.headers?.get(name) ?? '';
  const headers = Object.fromEntries((message.headers?.keys() ?? []).map((name) => [name, header(name)]));
  const about = { subject: message.subject, headers };
  try {
    const envelope = decodeHeaders({ header, streamSeq: BigInt(message.seq) });
    if (envelope.subject !== message.subject) throw new MalformedEvent(`ce-type is ${envelope.subject}`);
    if (envelope.replayed && !consumer.includeReplayed) return { kind: 'skipped' };
    return { kind: 'event', delivered: { ...about, body: message.string(), envelope } };
  } catch (error) {
    const eventId = header('ce-id') || header(MESSAGE_ID_HEADER) || `${message.subject}#${message.seq}`;
    return {
      kind: 'malformed',
      letter: { ...about, eventId, streamSeq: message.seq, payload: message.string(), error, attempts: 1 },
    };
  }
}
