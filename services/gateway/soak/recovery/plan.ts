/**
 * What happens in one run and when, out of the seed and the run's number alone: who watches, what is published, who is
 * away for how long, what breaks. Pure; times are milliseconds from the run's beginning.
 */
import { type Channel, roomChannel, userChannel } from '@fanfare/contracts';
import { type Chance, seededChance } from '@fanfare/testing/chance';

/** How the history of a fleet is bounded: by nothing that a run reaches, by age, by bytes. */
export type Profile = 'ample' | 'age' | 'bytes';

export type Fault =
  | { readonly kind: 'gateway killed'; readonly at: number }
  | { readonly kind: 'NATS killed'; readonly at: number; readonly awayMs: number }
  | { readonly kind: 'history trimmed'; readonly at: number; readonly keep: number }
  | { readonly kind: 'stream recreated'; readonly at: number }
  | { readonly kind: 'files copied'; readonly at: number }
  /** The copy of before takes the place of the files. */
  | { readonly kind: 'old files restored'; readonly at: number; readonly awayMs: number }
  | { readonly kind: 'member blocked'; readonly at: number; readonly viewer: number };

export interface Absence {
  readonly at: number;
  readonly forMs: number;
}

export interface ViewerPlan {
  readonly user: bigint;
  readonly room: number;
  readonly arrivesAt: number;
  /** In order, apart from each other. */
  readonly absences: readonly Absence[];
}

export interface PlannedMessage {
  readonly at: number;
  readonly channel: Channel;
  readonly padding: number;
}

export interface Plan {
  readonly seed: number;
  readonly run: number;
  readonly profile: Profile;
  readonly viewers: readonly ViewerPlan[];
  readonly messages: readonly PlannedMessage[];
  readonly faults: readonly Fault[];
  /** Nothing was taken out of the history: everybody who comes back must be given what was missed. */
  readonly mustRecover: boolean;
}

/** So many runs share a fleet, and with it the kind of history. */
export const RUNS_PER_FLEET = 25;
export const HISTORY_AGE_MS = 1500;

/** Of ten fleets one forgets by age and two by bytes. */
export function profileOf(run: number): Profile {
  const fleet = Math.floor(run / RUNS_PER_FLEET) % 10;
  return fleet === 4 ? 'age' : fleet === 1 || fleet === 7 ? 'bytes' : 'ample';
}

type Story = 'calm' | 'gateway' | 'NATS' | 'both' | 'trimmed' | 'recreated' | 'restored' | 'blocked';

/** By how often they are told. */
const STORIES: readonly Story[] = [
  'calm',
  'gateway',
  'gateway',
  'gateway',
  'NATS',
  'NATS',
  'NATS',
  'both',
  'trimmed',
  'recreated',
  'recreated',
  'restored',
  'restored',
  'restored',
  'blocked',
];
const HARMLESS: readonly Story[] = ['calm', 'gateway', 'NATS', 'both'];
const PUBLISHING_MS = 500;

export function planOf(seed: number, run: number, profile = profileOf(run)): Plan {
  // Far apart, so that the run after this one of one seed is not a run of the next seed.
  const chance = seededChance(Math.imul(seed, 2_654_435_761) + run * 7919);
  const story = chance.pick(STORIES);
  const faults = faultsOf(story, chance);
  const broken = faults.find(({ kind }) => kind === 'stream recreated' || kind === 'old files restored');
  const rooms = [run * 10 + 1, run * 10 + 2] as const;
  const viewers = Array.from({ length: chance.between(4, 6) }, (_, index): ViewerPlan => {
    const across = broken !== undefined && chance.happens(0.6) ? broken : null;
    return {
      user: BigInt(run * 10 + 1 + index),
      room: index < 3 ? rooms[0] : rooms[1],
      arrivesAt: chance.between(0, 60),
      absences: isBlocked(faults, index) ? [] : absencesOf(chance, profile, across),
    };
  });
  return {
    seed,
    run,
    profile,
    viewers,
    messages: messagesOf(chance, profile, viewers, broken),
    faults,
    mustRecover: profile === 'ample' && HARMLESS.includes(story),
  };
}

const isBlocked = (faults: readonly Fault[], viewer: number): boolean =>
  faults.some((fault) => fault.kind === 'member blocked' && fault.viewer === viewer);

function faultsOf(story: Story, chance: Chance): readonly Fault[] {
  const at = chance.between(60, 450);
  const awayMs = chance.between(0, 100);
  const alsoGateway: readonly Fault[] = chance.happens(0.25)
    ? [{ kind: 'gateway killed', at: chance.between(60, 550) }]
    : [];
  const faults: Record<Story, () => readonly Fault[]> = {
    calm: () => [],
    gateway: () => [{ kind: 'gateway killed', at }],
    NATS: () => [{ kind: 'NATS killed', at, awayMs }],
    both: () => [
      { kind: 'gateway killed', at },
      { kind: 'NATS killed', at: chance.between(60, 450), awayMs },
    ],
    trimmed: () => [{ kind: 'history trimmed', at, keep: chance.between(0, 40) }, ...alsoGateway],
    recreated: () => [
      // The first one lets the sequences begin anew, so that the second stream gets beyond those of the first.
      { kind: 'stream recreated', at: 0 },
      { kind: 'stream recreated', at: chance.between(200, 350) },
      ...alsoGateway,
    ],
    restored: () => [
      { kind: 'files copied', at: chance.between(0, 120) },
      { kind: 'old files restored', at: chance.between(220, 350), awayMs },
      ...alsoGateway,
    ],
    blocked: () => [{ kind: 'member blocked', at, viewer: chance.between(0, 3) }],
  };
  return faults[story]().toSorted((a, b) => a.at - b.at);
}

function absencesOf(chance: Chance, profile: Profile, across: Fault | null): readonly Absence[] {
  const absences: Absence[] = [];
  if (across !== null) {
    const at = chance.between(Math.max(80, across.at - 130), across.at);
    return [{ at, forMs: across.at - at + chance.between(50, 450) }];
  }
  let at = chance.between(80, 250);
  for (let left = chance.between(0, 3); left > 0; left -= 1) {
    const isLong = profile === 'age' && chance.happens(0.5);
    const forMs = isLong ? chance.between(HISTORY_AGE_MS - 300, HISTORY_AGE_MS + 400) : chance.between(0, 150);
    absences.push({ at, forMs });
    at += forMs + chance.between(20, 200);
  }
  return absences;
}

/**
 * A stream that began anew, or was set back, gets a burst: whoever only compares sequences finds one at the place where
 * a viewer was before.
 */
function messagesOf(
  chance: Chance,
  profile: Profile,
  viewers: readonly ViewerPlan[],
  broken: Fault | undefined,
): readonly PlannedMessage[] {
  const rooms = [...new Set(viewers.map(({ room }) => roomChannel(BigInt(room))))];
  const own = viewers.map(({ user }) => userChannel(user));
  const padding = (): number => (profile === 'bytes' ? chance.between(0, 3000) : chance.between(0, 100));
  const lastsMs = profile === 'age' ? PUBLISHING_MS * 4 : PUBLISHING_MS;
  const one = (from: number, to: number): PlannedMessage => ({
    at: chance.between(from, to),
    channel: chance.happens(0.8) ? chance.pick(rooms) : chance.pick(own),
    padding: padding(),
  });
  const steady = Array.from({ length: chance.between(40, 160) }, () => one(0, lastsMs));
  const burst =
    broken === undefined ? [] : Array.from({ length: chance.between(100, 250) }, () => one(broken.at, broken.at + 80));
  return [...steady, ...burst].toSorted((a, b) => a.at - b.at);
}
