/** Announcing: events become rows of the outbox in the transaction that makes them true. */
import type { EventType } from '@fanfare/contracts';
import type { Sql } from '@fanfare/database';
import { newId } from '@fanfare/kit';
import { type Attributes, type Envelope, encodeBody, encodeHeaders, headerValue } from './envelope.ts';
import { activeTraceparent } from './trace-context.ts';

export interface AnnouncementOptions {
  readonly entityId: string | bigint;
  /** Must grow with every event of the entity: take it from the row that the transaction has locked. */
  readonly entityVersion: bigint;
  /** Default: the event's own id. */
  readonly correlationId?: string | undefined;
  readonly tenantId?: string | undefined;
  /** Default: a new one. Give it when a repeat of the command would announce the same fact again. */
  readonly id?: string;
  /** Default: the trace context of the active span. */
  readonly traceparent?: string | undefined;
  /** When it became true; default: now. */
  readonly time?: Date;
}

/** An event that is ready to be written; its message is encoded already. */
export interface Announcement extends Attributes {
  readonly body: string;
}

/** One row of `platform.outbox`, but for its id. `headers` and `payload` are JSON texts. */
export interface OutboxRow {
  readonly messageId: string;
  readonly subject: string;
  readonly headers: string;
  readonly payload: string;
}

/** NATS carries messages up to 1 MiB by default, headers included; an event is a fact and not a document. */
const MAX_BODY_BYTES = 512 * 1024;

/**
 * `announcement(events.giftSent, gift, { entityId: gift.id, entityVersion: 1n, correlationId })`
 * @throws when the message is larger than 512 KiB, which no stream would take
 */
export function announcement<T>(type: EventType<T>, message: T, options: AnnouncementOptions): Announcement {
  const id = options.id ?? newId();
  const traceparent = options.traceparent ?? activeTraceparent();
  const body = encodeBody(type, message);
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) throw new Error(`${type.subject} ${id} is larger than 512 KiB`);
  return {
    id,
    subject: type.subject,
    entityId: String(options.entityId),
    entityVersion: options.entityVersion,
    time: options.time ?? new Date(),
    correlationId: options.correlationId ?? id,
    ...(options.tenantId === undefined ? {} : { tenantId: options.tenantId }),
    ...(traceparent === undefined ? {} : { traceparent }),
    body,
  };
}

/** What an event passes on to the events it causes: `announcement(type, message, { ...causedBy(envelope), ... })`. */
export function causedBy(envelope: Envelope): Pick<AnnouncementOptions, 'correlationId' | 'tenantId' | 'traceparent'> {
  const { correlationId, tenantId, traceparent } = envelope;
  return { correlationId, tenantId, traceparent };
}

/** The row of an announcement, for a writer that inserts outbox rows in a statement of its own. Pure. */
export function outboxRow(of: Announcement): OutboxRow {
  return {
    messageId: headerValue(of.id),
    subject: of.subject,
    headers: JSON.stringify(encodeHeaders(of)),
    payload: of.body,
  };
}

/**
 * Writes events into the outbox, in the order given and with one statement. Call it inside the command's transaction
 * after the entity's row is locked (that keeps one entity's events in order), and wake the relay after the commit.
 */
export async function announce(tx: Sql, events: Announcement | readonly Announcement[]): Promise<void> {
  const rows = (Array.isArray(events) ? events : [events]).map(outboxRow);
  if (rows.length === 0) return;
  await tx.query(
    `insert into platform.outbox (message_id, subject, headers, payload)
     select message_id, subject, headers, payload
       from unnest($1::text[], $2::text[], $3::text[], $4::text[])
            with ordinality as row (message_id, subject, headers, payload, position)
      order by position`,
    [
      rows.map((row) => row.messageId),
      rows.map((row) => row.subject),
      rows.map((row) => row.headers),
      rows.map((row) => row.payload),
    ],
  );
}
