/** What a translation table is: every event of the catalogue, to what clients are shown of it. Pure. */
import type { EventType, events } from '@fanfare/contracts';
import type { KnownEmit } from '../protocol/emit.ts';

export type EventName = keyof typeof events;

export type MessageOf<N extends EventName> = (typeof events)[N] extends EventType<infer T> ? T : never;

export type Table<N extends EventName = EventName> = {
  readonly [K in N]: (message: MessageOf<K>) => readonly KnownEmit[];
};

/** For events that no client is shown. */
export const silent = (): readonly KnownEmit[] => [];

/**
 * For events that are between services: no client is shown them and no gateway acts on them. A stream of nothing else
 * is not read at all; it does not even have to exist.
 */
export const internal = (): readonly KnownEmit[] => [];
