/**
 * The public face of one area: its routes, its commands, its events, and what becomes of those of the bus. An area is a
 * folder of `areas/` that exports one such value; nothing else in this service knows what is in it.
 */
import type { Emit } from '@fanfare/contracts';
import type { z } from 'zod';
import type { Route, RouteOf } from './http/route.ts';
import type { Access } from './http/route-config.ts';
import type { EmitOf, ServerEvent } from './protocol/event.ts';
import type { Endings } from './revocations.ts';
import type { ClientsOf, Definitions } from './rpc-clients.ts';
import { type Command, type CommandOf, commandOf } from './socket/command.ts';
import type { Table } from './translate/table.ts';

/** What clients are shown of some events of the bus. */
type Shows<E extends Emit = Emit> = Partial<Table<E>>;

export interface Area<E extends readonly ServerEvent[] = readonly ServerEvent[], S extends Shows = Shows> {
  /** The tag of its routes in the reference; a hyphen is read as a space. */
  readonly name: string;
  /** The services it asks: each gives a client and the variable with its address, `ROOMS_RPC_URL`. */
  readonly clients: Definitions;
  readonly routes: readonly Route[];
  readonly commands: readonly Command[];
  /** The events that it shows. */
  readonly emits: E;
  /** What becomes of the events of the bus that are its own: each has one area. */
  readonly shows: S;
  /** What events of the bus end before its time. */
  readonly ends: Endings;
  /** Reasons of refusals whose HTTP status says more than that of their kind. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** What is not given is empty. An area that shows what it does not list in `emits` does not compile. */
export const defineArea = <
  const E extends readonly ServerEvent[] = readonly [],
  const S extends Shows<EmitOf<E[number]['name']>> = Record<never, never>,
>({
  emits,
  shows,
  ...area
}: Pick<Area, 'name' | 'clients'> &
  Partial<Omit<Area, 'emits' | 'shows'>> & { readonly emits?: E; readonly shows?: S }): Area<E, S> => ({
  routes: [],
  commands: [],
  ends: {},
  statuses: {},
  ...area,
  emits: emits ?? ([] as readonly ServerEvent[] as E),
  shows: shows ?? ({} as S),
});

/** How an area that asks these services defines its routes and commands. The definitions serve for their types only. */
export const asking = <D extends Definitions>(_clients: D) => ({
  defineRoute: <
    A extends Access,
    R extends z.ZodType,
    M extends boolean = false,
    P extends z.ZodType = z.ZodNever,
    Q extends z.ZodType = z.ZodNever,
    B extends z.ZodType = z.ZodNever,
  >(
    route: RouteOf<ClientsOf<D>, A, M, P, Q, B, R>,
  ): Route => route as unknown as Route,
  defineCommand: <P extends z.ZodType, A extends z.ZodType>(command: CommandOf<ClientsOf<D>, P, A>): Command =>
    commandOf(command),
});
