import { wholeBelow } from '@fanfare/testing/chance';
import type { Acked } from './check-ledger.ts';
import { startWriter, type Writer } from './writers.ts';

const WRITERS = 4;

/** The writers that run, and what those that were killed had been told. */
export class Crew {
  readonly #databaseUrl: string;
  readonly #seed: number;
  readonly #acked: Acked[] = [];
  #writers: Writer[] = [];
  #started = 0;

  constructor(databaseUrl: string, seed: number) {
    this.#databaseUrl = databaseUrl;
    this.#seed = seed;
  }

  async start(): Promise<void> {
    while (this.#writers.length < WRITERS) this.#writers.push(await this.#startOne());
  }

  pick(random: () => number): Writer {
    const writer = this.#writers[wholeBelow(WRITERS, random)];
    if (writer === undefined) throw new Error('no writer runs');
    return writer;
  }

  async killAndReplace(writer: Writer): Promise<void> {
    await writer.kill();
    this.#acked.push({ writer: writer.number, numbers: writer.acked });
    const next = await this.#startOne();
    this.#writers = this.#writers.map((each) => (each === writer ? next : each));
  }

  async finish(): Promise<readonly Acked[]> {
    await Promise.all(this.#writers.map((writer) => writer.stop()));
    return [...this.#acked, ...this.#writers.map(({ number, acked }) => ({ writer: number, numbers: acked }))];
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#writers.map((writer) => writer.kill()));
  }

  #startOne(): Promise<Writer> {
    const number = this.#started;
    this.#started += 1;
    return startWriter(this.#databaseUrl, number, this.#seed * 1000 + number);
  }
}
