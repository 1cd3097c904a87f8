/**
 * CloudEvents 1.0 over NATS in binary mode: attributes are `ce-*` headers, the body is the event message as JSON. Beside
 * them travel the W3C trace context, the correlation id and the mark of a replayed event.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/nats-protocol-binding.md
 */
import { type EventType, producerOf } from '@fanfare/contracts';

/** What is known about an event besides its message. */
export interface Envelope {
  /** The event's own id, the same however often and under whatever message id it is delivered. */
  readonly id: string;
  /** `evt.<service>.<entity>.<past_verb>.v<major>`. */
  readonly subject: string;
  /** What the event is about; the event itself when its producer does not say. */
  readonly entityId: string;
  /** Grows with every event of its entity, for consumers that need order; 1 when its producer does not count. */
  readonly entityVersion: bigint;
  readonly time: Date;
  readonly tenantId?: string;
  /** Of the command that caused it; ties the log lines of all services together. */
  readonly correlationId: string;
  /** W3C trace context of the command or, inside a consumer, of the span that processes the event. */
  readonly traceparent?: string;
  /** Sent again on request, to rebuild a consumer; nobody else takes it in. */
  readonly replayed: boolean;
  /** `/fanfare/<service>`. */
  readonly source: string;
  /** Its sequence in the producer's stream, and the id of the message there: together a position. */
  readonly streamSeq: bigint;
  readonly messageId: string;
}

/** The part of an envelope that its producer decides. */
export type Attributes = Omit<Envelope, 'streamSeq' | 'messageId' | 'source' | 'replayed'>;

export const MESSAGE_ID_HEADER = 'Nats-Msg-Id';
export const REPLAYED_HEADER = 'fanfare-replayed';
/** The outbox row it was published from: for the producer's own relay, nobody else. */
export const OUTBOX_ID_HEADER = 'fanfare-outbox-id';
const SPEC_VERSION = '1.0';

/** The message cannot be an event of this platform, however often it is looked at. */
export class MalformedEvent extends Error {
  override readonly name = 'MalformedEvent';
}

/** Nearly every value: cheaper to test than to clean. */
const PRINTABLE_ASCII = /^[ -~]*$/;

/**
 * A text that a header can carry and PostgreSQL's JSON can read: what a client gave as its correlation id must not stop
 * the relay after the commit. Control characters become spaces, half a character becomes U+FFFD.
 */
export function headerValue(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.toWellFormed().replaceAll(/\p{Cc}/gu, ' ');
}

/** All headers of an event but those that NATS interprets (`Nats-*`); no value can be refused by NATS. */
export function encodeHeaders(of: Attributes): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {
    'ce-specversion': SPEC_VERSION,
    'ce-id': headerValue(of.id),
    'ce-type': of.subject,
    'ce-source': `/fanfare/${producerOf(of.subject)}`,
    'ce-subject': headerValue(of.entityId),
    'ce-time': of.time.toISOString(),
    'ce-datacontenttype': 'application/json',
    'ce-entityversion': of.entityVersion.toString(),
    'correlation-id': headerValue(of.correlationId),
  };
  if (of.tenantId !== undefined) headers['ce-tenantid'] = headerValue(of.tenantId);
  if (of.traceparent !== undefined) headers['traceparent'] = headerValue(of.traceparent);
  return headers;
}

/** What a delivered message carries besides its body; `header` answers an empty text for a header that is not there. */
export interface Delivery {
  readonly header: (name: string) => string;
  readonly streamSeq: bigint;
}

/**
 * Other publishers need know no more than CloudEvents: `ce-subject` is optional there, and `ce-entityversion` is ours.
 * @throws MalformedEvent when another attribute is missing or one is not what it must be
 */
export function decodeHeaders({ header, streamSeq }: Delivery): Envelope {
  const required = (name: string): string => {
    const value = header(name);
    if (value === '') throw new MalformedEvent(`header ${name} is missing`);
    return value;
  };
  const version = header('ce-entityversion') || '1';
  if (!/^\d{1,19}$/.test(version)) throw new MalformedEvent(`ce-entityversion is ${version}`);
  const time = new Date(required('ce-time'));
  if (Number.isNaN(time.getTime())) throw new MalformedEvent(`ce-time is ${header('ce-time')}`);
  const id = required('ce-id');
  const [tenantId, traceparent] = [header('ce-tenantid'), header('traceparent')];
  return {
    id,
    subject: required('ce-type'),
    source: required('ce-source'),
    entityId: header('ce-subject') || id,
    entityVersion: BigInt(version),
    time,
    ...(tenantId === '' ? {} : { tenantId }),
    correlationId: header('correlation-id') || id,
    ...(traceparent === '' ? {} : { traceparent }),
    replayed: header(REPLAYED_HEADER) === 'true',
    streamSeq,
    messageId: header(MESSAGE_ID_HEADER) || id,
  };
}

export function encodeBody<T>(type: EventType<T>, message: T): string {
  return JSON.stringify(type.codec.toJSON(message));
}

/** As much of an event type as reading takes; unlike the whole, one of a narrower message stands for a wider one. */
export interface Readable<T> {
  readonly subject: string;
  readonly codec: Pick<EventType<T>['codec'], 'fromJSON'>;
}

/** Ignores fields it does not know. @throws MalformedEvent when the body is not the message's JSON */
export function decodeBody<T>(type: Readable<T>, body: string): T {
  try {
    return type.codec.fromJSON(JSON.parse(body));
  } catch (error) {
    throw new MalformedEvent(`the body is no ${type.subject}`, { cause: error });
  }
}
