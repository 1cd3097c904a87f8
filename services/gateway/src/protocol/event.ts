/** What the catalogue says of an event. */
import type { MessageClass } from '@fanfare/contracts';
import type { z } from 'zod';

/** The kinds of channel a client listens to; `socket` is what a connection says of itself. */
export type Where = 'user' | 'room' | 'all' | 'socket';

export interface ServerEvent<D = unknown> {
  readonly summary: string;
  readonly on: readonly Where[];
  readonly class: MessageClass;
  /** It has no third argument: nobody goes on from there. */
  readonly placeless?: true;
  /** It is nowhere kept: its third argument is `{ch}`, and who was not there does not learn of it. */
  readonly passing?: true;
  readonly data: z.ZodType<D>;
  readonly examples: readonly [D, ...D[]];
}

/** Keeps what is special about an entry, for the types. */
export const event = <S extends z.ZodType, const W extends readonly Where[], const C extends MessageClass>(
  of: Omit<ServerEvent<z.output<S>>, 'data' | 'on' | 'class'> & { readonly on: W; readonly class: C; readonly data: S },
) => of;
