/**
 * Many raw clients in a process of their own, so that what they cost is nobody else's: see raw-clients.ts. Answers the
 * requests of its parent, and ends with it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Person, RawClient } from './raw-client.ts';
import { createTally } from './raw-tally.ts';

const tally = createTally();
const clients = new Map<number, RawClient>();

const chosen = (ids: readonly number[]): readonly RawClient[] =>
  ids.flatMap((id) => {
    const client = clients.get(id);
    return client === undefined ? [] : [client];
  });

const requests = {
  /** Resolves when all are in. */
  enter: async (people: readonly Person[], perSecond: number): Promise<void> => {
    const begun = performance.now();
    const entering: Promise<void>[] = [];
    for (const [index, person] of people.entries()) {
      const early = begun + (index * 1000) / perSecond - performance.now();
      if (early > 1) await delay(early);
      const client = new RawClient(person, tally);
      clients.set(person.id, client);
      entering.push(client.enter());
    }
    await Promise.all(entering);
  },
  leave: (ids: readonly number[]) => {
    for (const client of chosen(ids)) {
      client.leave();
      clients.delete(client.person.id);
    }
  },
  comeAgain: (ids: readonly number[]) => {
    for (const client of chosen(ids)) client.comeAgain();
  },
  stall: (ids: readonly number[]) => {
    for (const client of chosen(ids)) client.stall();
  },
  ask: async (id: number, event: string, payload: unknown, patienceMs: number) =>
    (await clients.get(id)?.ask(event, payload, patienceMs)) ?? null,
  /** The payload that it was shown last under this name. */
  newest: (id: number, name: string) => clients.get(id)?.newest(name) ?? null,
  counts: () => tally.counts(),
  takeHappened: () => tally.takeHappened(),
  /** The last number that each has seen on each of its channels. */
  numbers: () =>
    [...clients.values()].flatMap(({ person, numbers }) =>
      [...numbers].map(([channel, number]) => ({ person: person.id, group: person.group, channel, number })),
    ),
};

export type Requests = typeof requests;

interface Request {
  readonly id: number;
  readonly name: keyof Requests;
  readonly args: readonly unknown[];
}

async function serve({ id, name, args }: Request): Promise<void> {
  const handle = requests[name] as (...all: readonly unknown[]) => unknown;
  try {
    process.send?.({ id, answer: (await handle(...args)) ?? null });
  } catch (error) {
    process.send?.({ id, error: String(error) });
  }
}

process.once('disconnect', () => process.exit(0));
process.on('message', (request: Request) => void serve(request));
