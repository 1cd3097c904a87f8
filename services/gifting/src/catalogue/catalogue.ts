/**
 * Every replica's copy of the catalogue. It is loaded at start, renewed by the event that every change announces, after
 * every new connection to the bus (a change may have been announced meanwhile), and slowly in any case. A copy may
 * accept a gift; before it refuses one, the caller asks the database.
 */
import { events } from '@fanfare/contracts';
import { commonErrors, type Logger, type Part } from '@fanfare/kit';
import { type Bus, decodeBody } from '@fanfare/messaging';
import type { Subscription } from '@nats-io/transport-node';
import type { Gift } from './gift.ts';

export interface CatalogueOptions {
  readonly readAll: () => Promise<readonly Gift[]>;
  readonly readOne: (id: bigint) => Promise<Gift | undefined>;
  readonly bus: Bus;
  readonly log: Logger;
  readonly refreshMs: number;
}

export interface Catalogue extends Part {
  /** As this replica knows it. */
  readonly find: (id: bigint) => Gift | undefined;
  /** As the database has it; the copy learns it. @throws UNAVAILABLE when the database is away */
  readonly ask: (id: bigint) => Promise<Gift | undefined>;
  /** The active gifts as this replica knows them, cheapest first. */
  readonly active: () => readonly Gift[];
  /** Takes a gift in, unless a newer version of it is known. */
  readonly learn: (gift: Gift) => void;
}

export function catalogue(options: CatalogueOptions): Catalogue {
  const { bus, log } = options;
  const gifts = new Map<bigint, Gift>();
  let refreshing: NodeJS.Timeout | undefined;
  let subscription: Subscription | undefined;
  let unlisten = (): void => {};

  const learn = (gift: Gift): void => {
    const known = gifts.get(gift.id);
    if (known === undefined || known.version < gift.version) gifts.set(gift.id, gift);
  };
  const load = async (): Promise<void> => {
    for (const gift of await options.readAll()) learn(gift);
  };
  const renew = (work: () => Promise<unknown>): void => {
    work().catch((error: unknown) => log.warn({ err: error }, 'the copy of the catalogue was not renewed'));
  };
  const ask = async (id: bigint): Promise<Gift | undefined> => {
    const gift = await options.readOne(id).catch((error: unknown) => {
      log.warn({ err: error }, 'the catalogue cannot be asked');
      throw commonErrors.UNAVAILABLE();
    });
    if (gift !== undefined) learn(gift);
    return gift;
  };

  return {
    name: 'catalogue',
    find: (id) => gifts.get(id),
    ask,
    active: () => [...gifts.values()].filter((gift) => gift.isActive).sort(byPrice),
    learn,
    start: async () => {
      // Listening begins before loading: a change in between is seen by one of the two.
      const { subject } = events.catalogueChanged;
      subscription = bus.connection.subscribe(subject, {
        callback: (error, message) => {
          if (error === null) renew(() => ask(decodeBody(events.catalogueChanged, message.string()).giftId));
        },
      });
      unlisten = bus.onConnection((connected) => {
        if (connected) renew(load);
      });
      await load();
      refreshing = setInterval(() => renew(load), options.refreshMs);
    },
    stop: async () => {
      clearInterval(refreshing);
      unlisten();
      subscription?.unsubscribe();
    },
  };
}

const byPrice = (a: Gift, b: Gift): number =>
  a.priceMinor === b.priceMinor ? Number(a.id - b.id) : a.priceMinor < b.priceMinor ? -1 : 1;
