/** What all areas show together, as the machinery reads it. */
import type { Area } from './area.ts';
import type { Route } from './http/route.ts';
import type { ServerEvent } from './protocol/event.ts';
import { ownEvents } from './protocol/own-events.ts';
import type { Endings } from './revocations.ts';
import type { Definitions } from './rpc-clients.ts';
import type { Command } from './socket/command.ts';
import type { EventName, Table } from './translate/table.ts';

export interface PublicFace {
  /** Each with its tags. */
  readonly routes: readonly Route[];
  readonly commands: readonly Command[];
  /** Those of the areas, then what a connection says of itself. */
  readonly events: readonly ServerEvent[];
  /** What clients are shown of every event of the bus. */
  readonly table: Table;
  readonly ends: Endings;
  /** HTTP statuses by reason, for refusals whose kind does not say enough. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** @param table {@link tableOf} the same areas */
export function publicFaceOf(areas: readonly Area[], table: Table): PublicFace {
  return {
    routes: areas.flatMap((area) =>
      area.routes.map((route) => ({ ...route, tags: route.tags ?? [tagOf(area, route)] })),
    ),
    commands: areas.flatMap(({ commands }) => commands),
    events: [...areas.flatMap(({ emits }) => emits), ...ownEvents],
    table,
    ends: merged(areas.map(({ ends }) => ends)),
    statuses: merged(areas.map(({ statuses }) => statuses)),
  };
}

const tagOf = ({ name }: Area, { access }: Route): string =>
  access === 'admin' || access === 'moderator' ? 'admin' : name.replaceAll('-', ' ');

/** The services that any area asks. @throws where two areas mean different services by one name */
export const servicesOf = (areas: readonly Area[]): Definitions => merged(areas.map(({ clients }) => clients));

type KeyOf<T> = T extends unknown ? keyof T : never;

/** Every event of the bus that an area of these shows; the type tells which, so that one that is forgotten is found. */
export function tableOf<A extends readonly Area[]>(areas: A) {
  return merged(areas.map(({ shows }) => shows)) as Pick<Table, KeyOf<A[number]['shows']> & EventName>;
}

/** @throws where two of them have something else under one name */
function merged<T>(parts: readonly Readonly<Partial<Record<string, T>>>[]): Readonly<Record<string, T>> {
  const all: Record<string, T> = {};
  for (const [name, value] of parts.flatMap((part) => Object.entries(part) as [string, T][])) {
    if (Object.hasOwn(all, name) && all[name] !== value) throw new Error(`two areas have ${name}`);
    all[name] = value;
  }
  return all;
}
