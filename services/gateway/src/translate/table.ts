/** What a translation table is: every event of the bus, to what clients are shown of it. Pure. */
import type { Emit, EventType, events } from '@fanfare/contracts';

export type EventName = keyof typeof events;

export type MessageOf<N extends EventName> = (typeof events)[N] extends EventType<infer T> ? T : never;

/** An event of the bus with its message decoded. */
export type DomainEvent = { [N in EventName]: { readonly name: N; readonly message: MessageOf<N> } }[EventName];

export type Table<E extends Emit = Emit> = {
  readonly [N in EventName]: (message: MessageOf<N>) => readonly E[];
};

/** For events that no client is shown. */
export const silent = (): readonly never[] => [];

/**
 * For events that are between services: no client is shown them and no gateway acts on them. A stream of nothing else
 * is not read at all; it does not even have to exist.
 */
export const internal = (): readonly never[] => [];
