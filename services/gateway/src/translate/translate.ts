/** Event of the bus -> what clients are shown of it. */
import { type Emit, type EventType, events, producerOf } from '@fanfare/contracts';
import { decodeBody, type Envelope } from '@fanfare/messaging';
import { type DomainEvent, type EventName, internal, type Table } from './table.ts';

const nameOf = new Map(Object.entries(events).map(([name, { subject }]) => [subject, name as EventName]));

/** The services whose streams are read. */
export const producersOf = (table: Table): readonly string[] => [
  ...new Set(
    Object.entries(events)
      .filter(([name]) => table[name as EventName] !== internal)
      .map(([, { subject }]) => producerOf(subject)),
  ),
];

/**
 * Null for an event that this release does not know: a newer producer may run beside it.
 * @throws MalformedEvent
 */
export function parseEvent(subject: string, body: string): DomainEvent | null {
  const name = nameOf.get(subject);
  if (name === undefined) return null;
  return { name, message: decodeBody(events[name] as EventType<unknown>, body) } as DomainEvent;
}

/** What clients are shown of an event, in order. */
export function translate(table: Table, { name, message }: DomainEvent): readonly Emit[] {
  const make = table[name] as (of: unknown) => readonly Emit[];
  return make(message);
}

/** An event sent again to rebuild a consumer, and one from before the channels' memory, is not news to anybody. */
export const isNews = ({ replayed, time }: Envelope, now: Date, maxAgeMs: number): boolean =>
  !replayed && now.getTime() - time.getTime() < maxAgeMs;
