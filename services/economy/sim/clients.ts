/** Clients that do not give up: they repeat a command, at any replica, until somebody gives them a verdict. */
import { AppError } from '@fanfare/kit';
import type { LedgerCommand, Verdict } from '../src/ledger/command.ts';
import type { Replica } from './replica.ts';
import type { Scheduler } from './scheduler.ts';
import type { Wish, Workload } from './workload.ts';

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

export class Clients {
  readonly #options: ClientOptions;
  readonly #scheduler: Scheduler;
  /** What a client was told that it should not have been. */
  readonly problems: string[] = [];
  /** Wishes that have no verdict yet, and clients that have more. */
  open = 0;
  /** Wishes that have got their verdicts. */
  settled = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#scheduler = options.scheduler;
  }

  async start(): Promise<void> {
    const { workload, clients } = this.#options;
    this.open += clients;
    await Promise.all([...workload.opening()].map((wish) => this.#want(wish)));
    await Promise.all(Array.from({ length: clients }, (_, client) => this.#live(client)));
  }

  /** When the storm is over every replica must be able to work again: asks this one until it answers. */
  async askOnce(replica: Replica): Promise<void> {
    await this.#want(this.#options.workload.last(), [replica]);
  }

  async #live(client: number): Promise<void> {
    const { workload, wishesEach } = this.#options;
    for (let done = 0; done < wishesEach; ) {
      await this.#scheduler.delay(this.#scheduler.chance.next() * THINK_MS, `client ${client} thinks`, null);
      const wishes = workload.next();
      done += wishes.length;
      await Promise.all(wishes.map((wish) => this.#want(wish)));
    }
    this.open -= 1;
  }

  /** Now and then twice at once, and once more when it is long over. */
  async #want(wish: Wish, only?: readonly Replica[]): Promise<void> {
    const { chance } = this.#scheduler;
    this.open += 1;
    this.#options.onWish(wish);
    const twin = chance.happens(0.15) ? this.#fulfil(wish, only) : Promise.resolve();
    await Promise.all([this.#fulfil(wish, only), twin]);
    if (chance.happens(0.15)) {
      await this.#scheduler.delay(chance.next() * 3000, 'client repeats', null);
      await this.#fulfil(wish, only);
    }
    this.open -= 1;
    this.settled += 1;
  }

  async #fulfil(wish: Wish, only: readonly Replica[] | undefined): Promise<void> {
    for (;;) {
      try {
        const verdict = await this.#attempt(this.#scheduler.chance.pick(wish.commands), only);
        if (verdict.type !== 'dropped') return;
      } catch (error) {
        if (this.#isFinal(wish, error)) return;
      }
      await this.#scheduler.delay(this.#scheduler.chance.next() * RETRY_MS, 'client tries again', null);
    }
  }

  /** Ends with a verdict or an error. @throws when there is no replica */
  #attempt(command: LedgerCommand, only: readonly Replica[] | undefined): Promise<Verdict> {
    const { replicas, lossRate } = this.#options;
    const { chance } = this.#scheduler;
    const replica = chance.pick(only ?? replicas());
    const waitMs = chance.happens(0.2) ? chance.between(1, 50) : PATIENCE_MS;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(new Error('no answer in time'));
      this.#scheduler.after(PATIENCE_MS, 'client loses patience', null, giveUp);
      const deliver = (end: () => void): void => {
        if (chance.happens(lossRate())) return;
        this.#scheduler.after(chance.next() * LATENCY_MS, 'client is answered', null, end);
      };
      if (chance.happens(lossRate())) return;
      this.#scheduler.after(chance.next() * LATENCY_MS, `call ${short(command)}`, replica.process, () => {
        replica.call(command, waitMs).then(
          (verdict) => deliver(() => resolve(verdict)),
          (error: Error) => deliver(() => reject(error)),
        );
      });
    });
  }

  /** @returns whether it was a last word: then repeating it makes no sense */
  #isFinal(wish: Wish, error: unknown): boolean {
    if (!(error instanceof AppError) || error.reason !== 'INTERNAL') return false;
    if (!this.#options.poison.has(wish.journalId)) this.problems.push(`${wish.journalId} was answered INTERNAL`);
    return true;
  }
}

const short = ({ journalId, operation }: LedgerCommand): string => `${operation} ${journalId.slice(0, 8)}`;
