/** Domain event -> what clients are shown of it. The one place where all tables meet: a forgotten event does not compile. */
import { type EventType, events, producerOf } from '@fanfare/contracts';
import { decodeBody, type Envelope } from '@fanfare/messaging';
import type { KnownEmit } from '../protocol/emit.ts';
import { billing } from './billing.ts';
import { economy } from './economy.ts';
import { gifting } from './gifting.ts';
import { identity } from './identity.ts';
import { rooms } from './rooms.ts';
import { social } from './social.ts';
import { type EventName, internal, type Table } from './table.ts';

const table = { ...identity, ...economy, ...gifting, ...rooms, ...billing, ...social } satisfies Table;

/** An event of the catalogue with its message decoded. */
export type DomainEvent = {
  [N in EventName]: { readonly name: N; readonly message: (typeof events)[N] extends EventType<infer T> ? T : never };
}[EventName];

const nameOf = new Map(Object.entries(events).map(([name, { subject }]) => [subject, name as EventName]));

/** The services whose streams are read. */
export const producers: readonly string[] = [
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
export function translate({ name, message }: DomainEvent): readonly KnownEmit[] {
  const make = table[name] as (of: unknown) => readonly KnownEmit[];
  return make(message);
}

/** An event sent again to rebuild a consumer, and one from before the channels' memory, is not news to anybody. */
export const isNews = ({ replayed, time }: Envelope, now: Date, maxAgeMs: number): boolean =>
  !replayed && now.getTime() - time.getTime() < maxAgeMs;
