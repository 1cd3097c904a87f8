/** What tables and sessions may emit: what the catalogue has, as it has it. Anything else does not compile. */
import type { Emit } from '@fanfare/contracts';
import type { z } from 'zod';
import type { serverEvents } from './server-events.ts';

type Catalogue = typeof serverEvents;
export type ServerEventName = keyof Catalogue;

export type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;

/** An event's payload. */
export type DataOf<N extends ServerEventName> = Immutable<z.output<Catalogue[N]['data']>>;

/** The names of those events that a connection says of itself. */
export type OwnEventName = {
  [N in ServerEventName]: 'socket' extends Catalogue[N]['on'][number] ? N : never;
}[ServerEventName];

export type ChannelEventName = Exclude<ServerEventName, OwnEventName>;

interface ChannelOf {
  readonly user: `user.${bigint}`;
  readonly room: `room.${bigint}`;
  readonly all: 'all';
  readonly socket: never;
}

/** An emit whose channel, class and payload are those of its event. */
export type KnownEmit<N extends ChannelEventName = ChannelEventName> = {
  [E in N]: Emit & {
    readonly name: E;
    readonly channel: ChannelOf[Catalogue[E]['on'][number]];
    readonly class: Catalogue[E]['class'];
    readonly data: DataOf<E>;
  };
}[N];

/** The same for who says it on a channel at once. */
export type KnownMessage<N extends ChannelEventName> = Omit<KnownEmit<N>, 'channel'>;
