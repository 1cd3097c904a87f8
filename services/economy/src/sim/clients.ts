/** Clients that do not give up: they repeat a command, at any replica, until somebody gives them a verdict. */
import { AppError } from '@fanfare/kit';
import type { LedgerCommand, Verdict } from '../command.ts';
import type { Replica } from './replica.ts';
import type { Scheduler } from './scheduler.ts';
import type { Wish, Workload } from './workload.ts';

export interface Clients {
  /** Wishes that have no verdict yet. */
  readonly open: () => number;
  /** How many commands got a verdict. */
  readonly settled: () => number;
  /** What a client was told that it should not have been. */
  readonly problems: readonly string[];
}

export interface ClientOptions {
  readonly scheduler: Scheduler;
  readonly workload: Workload;
  readonly replicas: () => readonly Replica[];
  /** Ids that no database takes: INTERNAL is the right answer. */
  readonly poison: ReadonlySet<string>;
  /** Told of every wish before anything is sent. */
  readonly onWish: (wish: Wish) => void;
  readonly clients: number;
  readonly wishesEach: number;
  /** How often the way to a replica and back loses something. */
  readonly lossRate: () => number;
}

const LATENCY_MS = 1;
const PATIENCE_MS = 2000;
const RETRY_MS = 120;
const THINK_MS = 40;

export function startClients(options: ClientOptions): Clients {
  const { scheduler, workload, poison, replicas } = options;
  const { chance } = scheduler;
  const problems: string[] = [];
  let open = 0;
  let settled = 0;

  /** One attempt, which ends with a verdict or an error. */
  function attempt(command: LedgerCommand): Promise<Verdict> {
    const replica = chance.pick(replicas());
    const waitMs = chance.happens(0.2) ? chance.between(1, 50) : PATIENCE_MS;
    return new Promise((resolve, reject) => {
      scheduler.after(PATIENCE_MS, 'client loses patience', null, () => reject(new Error('no answer in time')));
      const deliver = (end: () => void): void => {
        if (chance.happens(options.lossRate())) return;
        scheduler.after(chance.next() * LATENCY_MS, 'client is answered', null, end);
      };
      if (chance.happens(options.lossRate())) return;
      scheduler.after(chance.next() * LATENCY_MS, `call ${short(command)}`, replica.process, () => {
        replica.call(command, waitMs).then(
          (verdict) => deliver(() => resolve(verdict)),
          (error: Error) => deliver(() => reject(error)),
        );
      });
    });
  }

  /** @returns whether it was a last word: then repeating it makes no sense */
  function isFinal(wish: Wish, error: unknown): boolean {
    if (!(error instanceof AppError) || error.reason !== 'INTERNAL') return false;
    if (!poison.has(wish.journalId)) problems.push(`${wish.journalId} was answered INTERNAL`);
    return true;
  }

  async function fulfil(wish: Wish): Promise<void> {
    for (;;) {
      try {
        const verdict = await attempt(chance.pick(wish.commands));
        if (verdict.type !== 'dropped') return;
      } catch (error) {
        if (isFinal(wish, error)) return;
      }
      await scheduler.delay(chance.next() * RETRY_MS, 'client tries again', null);
    }
  }

  /** Now and then twice at once, and once more when it is long over. */
  async function want(wish: Wish): Promise<void> {
    open += 1;
    options.onWish(wish);
    const twin = chance.happens(0.15) ? fulfil(wish) : Promise.resolve();
    await Promise.all([fulfil(wish), twin]);
    if (chance.happens(0.15)) {
      await scheduler.delay(chance.next() * 3000, 'client repeats', null);
      await fulfil(wish);
    }
    open -= 1;
    settled += 1;
  }

  async function live(client: number): Promise<void> {
    for (let done = 0; done < options.wishesEach; ) {
      await scheduler.delay(chance.next() * THINK_MS, `client ${client} thinks`, null);
      const wishes = workload.next();
      done += wishes.length;
      await Promise.all(wishes.map(want));
    }
    open -= 1;
  }

  async function begin(): Promise<void> {
    open += options.clients;
    await Promise.all([...workload.opening()].map(want));
    for (let client = 1; client <= options.clients; client += 1) void live(client);
  }

  const begun = begin();
  begun.catch((error: unknown) => problems.push(String(error)));
  return { open: () => open, settled: () => settled, problems };
}

const short = ({ journalId, operation }: LedgerCommand): string => `${operation} ${journalId.slice(0, 8)}`;
