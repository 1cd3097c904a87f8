/** What goes wrong: chances for every request, and strikes that come one after the other for as long as it storms. */
import type { Mishap } from './connection.ts';
import type { Replica } from './replica.ts';
import type { Scheduler } from './scheduler.ts';

/** Rates of one seed: some seeds are calm in one respect and rough in another. */
export interface Rates {
  readonly ledger: number;
  readonly refusals: number;
  readonly outbox: number;
  readonly publish: number;
  readonly clients: number;
  /** Milliseconds between two strikes, at most. */
  readonly strikes: number;
}

export function drawRates({ chance }: Scheduler): Rates {
  const rate = (): number => chance.pick([0, 0.01, 0.03, 0.1]);
  return {
    ledger: rate(),
    refusals: rate(),
    outbox: rate(),
    publish: rate(),
    clients: rate(),
    strikes: chance.pick([60, 200, 800, 5000]),
  };
}

const MISHAPS: readonly Mishap[] = ['lost', 'late', 'late', 'unanswered', 'unanswered', 'hung'];
/** Deadlock, a unique violation, a cancelled statement; a server that is shutting down ends the session too. */
const CODES = ['40P01', '23505', '57014', '57P01'] as const;

export interface Storm {
  readonly mishap: (rate: keyof Rates) => () => Mishap | null;
  readonly refusal: () => string | null;
  readonly publish: () => 'lost' | 'refused' | 'unanswered' | null;
  readonly clients: () => number;
  readonly calm: () => void;
  readonly raging: () => boolean;
}

export function storm(scheduler: Scheduler, rates: Rates): Storm {
  const { chance } = scheduler;
  let raging = true;
  const strikes = (rate: number): boolean => raging && chance.happens(rate);
  return {
    mishap: (rate) => () => (strikes(rates[rate]) ? chance.pick(MISHAPS) : null),
    refusal: () => (strikes(rates.refusals) ? chance.pick(CODES) : null),
    publish: () => (strikes(rates.publish) ? chance.pick(['lost', 'refused', 'unanswered'] as const) : null),
    clients: () => (raging ? rates.clients : 0),
    calm: () => {
      raging = false;
    },
    raging: () => raging,
  };
}

/** What strikes can hit. */
export interface Targets {
  readonly scheduler: Scheduler;
  readonly replicas: () => readonly Replica[];
  readonly crash: (replica: Replica) => void;
  readonly restartDatabase: (downMs: number) => void;
  readonly restartStream: (downMs: number, files: 'kept' | 'copy' | 'none') => void;
  readonly cutStream: (replica: Replica) => void;
  readonly copyStream: () => void;
  readonly purgeStream: () => void;
  readonly freezeAccount: (stallMs: number) => void;
  readonly notify: (stallMs: number, commits: boolean) => void;
}

const DAY_MS = 24 * 60 * 60 * 1000;

type Strike = (targets: Targets) => void;

const crash: Strike = ({ scheduler, replicas, crash: kill }) => kill(scheduler.chance.pick(replicas()));

/** SIGSTOP, for less or more than a session may be silent. */
const freeze: Strike = ({ scheduler, replicas }) => {
  const { process } = scheduler.chance.pick(replicas());
  if (process.frozen !== null) return;
  scheduler.note(`freeze ${process.name}`);
  scheduler.freeze(process);
  scheduler.after(scheduler.chance.between(20, 4500), `thaw ${process.name}`, null, () => scheduler.thaw(process));
};

/** Refusals are forgotten, and holds are over. */
const nextDay: Strike = ({ scheduler }) => scheduler.setForward(scheduler.chance.between(DAY_MS - 2000, DAY_MS + 2000));

const STRIKES: readonly Strike[] = [
  crash,
  crash,
  crash,
  freeze,
  freeze,
  freeze,
  nextDay,
  ({ scheduler, restartDatabase }) => restartDatabase(scheduler.chance.between(5, 800)),
  ({ scheduler, restartStream }) => restartStream(scheduler.chance.between(5, 1500), 'kept'),
  ({ scheduler, restartStream }) => restartStream(scheduler.chance.between(5, 300), 'copy'),
  ({ scheduler, restartStream }) => restartStream(scheduler.chance.between(5, 300), 'copy'),
  ({ scheduler, restartStream }) => restartStream(scheduler.chance.between(5, 300), 'none'),
  ({ scheduler, replicas, cutStream }) => cutStream(scheduler.chance.pick(replicas())),
  ({ copyStream }) => copyStream(),
  ({ copyStream }) => copyStream(),
  ({ copyStream }) => copyStream(),
  ({ purgeStream }) => purgeStream(),
  ({ scheduler, freezeAccount }) => freezeAccount(scheduler.chance.between(0, 20)),
  ({ scheduler, notify }) => notify(scheduler.chance.between(0, 600), scheduler.chance.happens(0.7)),
  ({ scheduler, notify }) => notify(scheduler.chance.between(0, 20), scheduler.chance.happens(0.7)),
];

export async function strikeRepeatedly(targets: Targets, { raging }: Storm, { strikes }: Rates): Promise<void> {
  const { scheduler } = targets;
  for (;;) {
    await scheduler.delay(scheduler.chance.next() * strikes, 'a strike', null);
    if (!raging()) return;
    if (targets.replicas().length > 0) scheduler.chance.pick(STRIKES)(targets);
  }
}
