/** An event that this server emits: where, of which class, with which payload, and how one of them is made. */
import type { Channel, EdgeMessage, Emit, MessageClass } from '@fanfare/contracts';
import type { z } from 'zod';
import type { Immutable } from '../present/immutable.ts';

/** The kinds of channel a client listens to; `socket` is what a connection says of itself. */
export type Where = 'user' | 'room' | 'all' | 'socket';

/** What the protocol document says of an event. */
export interface ServerEvent<N extends string = string, W extends Where = Where, S extends z.ZodType = z.ZodType> {
  readonly name: N;
  readonly summary: string;
  readonly on: readonly W[];
  readonly class: MessageClass;
  /** It has no third argument: nobody goes on from there. */
  readonly placeless?: true;
  /** It is nowhere kept: its third argument is `{ch}`, and who was not there does not learn of it. */
  readonly passing?: true;
  readonly data: S;
  readonly examples: readonly [z.output<S>, ...z.output<S>[]];
}

/** An event's payload. */
export type DataOf<E extends ServerEvent> = Immutable<z.output<E['data']>>;

interface ChannelOf {
  readonly user: Extract<Channel, `user.${bigint}`>;
  readonly room: Extract<Channel, `room.${bigint}`>;
  readonly all: 'all';
  readonly socket: never;
}

export type EmitOf<N extends string> = Emit & { readonly name: N };

/** Whom it reaches, beyond its channel; see {@link EdgeMessage}. */
type Aim = Pick<EdgeMessage, 'room' | 'key' | 'except'>;

/** An event and the way to emit it. On another channel, or with another payload, it does not compile. */
export interface DefinedEvent<N extends string, W extends Where, S extends z.ZodType> extends ServerEvent<N, W, S> {
  /** For a channel that is named elsewhere. */
  readonly saying: (data: Immutable<z.output<S>>, aim?: Aim) => EdgeMessage & { readonly name: N };
  readonly to: (channel: ChannelOf[W], data: Immutable<z.output<S>>, aim?: Aim) => EmitOf<N>;
}

export function defineEvent<const N extends string, W extends Where, S extends z.ZodType>(
  event: ServerEvent<N, W, S>,
): DefinedEvent<N, W, S> {
  const { name, class: kind } = event;
  const saying: DefinedEvent<N, W, S>['saying'] = (data, aim) => ({ name, class: kind, data, ...aim });
  return { ...event, saying, to: (channel, data, aim) => ({ channel, ...saying(data, aim) }) };
}
