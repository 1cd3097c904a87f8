/** What many raw clients have seen, by the group that each is counted under. */
import type { Person } from './raw-client.ts';

export interface Counts {
  /** How often somebody has come in, and how many are inside now as far as they know. */
  entries: number;
  inside: number;
  /** Events shown, by name. */
  shown: Record<string, number>;
  /** Channels resumed from a position, and those where the gateway could not. */
  recovered: number;
  notRecovered: number;
  resyncs: number;
  /** Numbers that did not follow the one before. */
  broken: number;
  /** Ends of connections of those who were inside, by the code that was told, or `none`. */
  left: Record<string, number>;
  /** Refused handshakes by code, and refused joins by reason. */
  refused: Record<string, number>;
}

/** Things that happened, each told once. Times are ms since 1970 with a fraction. */
export interface Happened {
  readonly entered: readonly { readonly port: number; readonly at: number }[];
  readonly told: readonly {
    readonly person: number;
    readonly code: number;
    readonly retryAfterMs: number | null;
    readonly at: number;
  }[];
  /** What went wrong, in words; the first ones. */
  readonly wrong: readonly string[];
  /** Of messages that say when they were published, by group, in ms. */
  readonly delays: Readonly<Record<string, readonly number[]>>;
}

export interface Tally {
  readonly entered: (person: Person, port: number) => void;
  readonly left: (person: Person, code: number | null) => void;
  readonly told: (person: Person, closing: { readonly code: number; readonly retryAfterMs: number | null }) => void;
  readonly refused: (person: Person, code: number) => void;
  readonly turnedAway: (person: Person, reason: string) => void;
  readonly resumed: (person: Person, recovered: boolean) => void;
  readonly resync: (person: Person) => void;
  readonly shown: (person: Person, name: string, publishedAt: number | undefined) => void;
  readonly broken: (person: Person, channel: string, last: number, number: number) => void;
  readonly counts: () => Readonly<Record<string, Counts>>;
  /** Since the last time. */
  readonly takeHappened: () => Happened;
}

const WRONG_MOST = 20;

/** Comparable between processes of one machine. */
export const preciseNow = (): number => performance.timeOrigin + performance.now();

export function createTally(): Tally {
  const groups = new Map<string, Counts>();
  let happened = nothing();

  function of({ group }: Person): Counts {
    const counts = groups.get(group) ?? noCounts();
    groups.set(group, counts);
    return counts;
  }
  const add = (to: Record<string, number>, key: string): void => {
    to[key] = (to[key] ?? 0) + 1;
  };
  const wrong = (text: string): void => {
    if (happened.wrong.length < WRONG_MOST) happened.wrong.push(text);
  };

  return {
    entered: (person, port) => {
      of(person).entries += 1;
      of(person).inside += 1;
      happened.entered.push({ port, at: preciseNow() });
    },
    left: (person, code) => {
      of(person).inside -= 1;
      add(of(person).left, String(code ?? 'none'));
    },
    told: ({ id: person }, { code, retryAfterMs }) =>
      void happened.told.push({ person, code, retryAfterMs, at: preciseNow() }),
    refused: (person, code) => add(of(person).refused, String(code)),
    turnedAway: (person, reason) => add(of(person).refused, reason),
    resumed: (person, recovered) => {
      of(person)[recovered ? 'recovered' : 'notRecovered'] += 1;
    },
    resync: (person) => {
      of(person).resyncs += 1;
    },
    shown: (person, name, publishedAt) => {
      add(of(person).shown, name);
      if (publishedAt === undefined) return;
      const { group } = person;
      const delays = happened.delays[group] ?? [];
      happened.delays[group] = delays;
      delays.push(preciseNow() - publishedAt);
    },
    broken: (person, channel, last, number) => {
      of(person).broken += 1;
      wrong(`${person.group} ${person.id} was shown ${number} after ${last} on ${channel}`);
    },
    counts: () => Object.fromEntries(groups),
    takeHappened: () => {
      const taken = happened;
      happened = nothing();
      return taken;
    },
  };
}

const noCounts = (): Counts => ({
  entries: 0,
  inside: 0,
  shown: {},
  recovered: 0,
  notRecovered: 0,
  resyncs: 0,
  broken: 0,
  left: {},
  refused: {},
});

const nothing = () => ({
  entered: [] as Happened['entered'][number][],
  told: [] as Happened['told'][number][],
  wrong: [] as string[],
  delays: {} as Record<string, number[]>,
});
