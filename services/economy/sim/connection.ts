/**
 * One connection between a simulated process and a server: requests arrive in their order, answers too, both late. A
 * lost connection is seen by each side when it hears of it, which is when things get interesting: a request may have
 * been on its way, or its answer.
 */
import type { Scheduler, SimProcess } from './scheduler.ts';

/** What happens to one request. */
export type Mishap =
  /** The request never arrives, and the connection is gone. */
  | 'lost'
  /** The client believes the connection to be gone; the request arrives all the same, later. */
  | 'late'
  /** The request is served, and its answer is lost with the connection. */
  | 'unanswered'
  /** Nothing arrives and nobody is told. */
  | 'hung';

interface ServerSide {
  /** The client's end is gone: what it held is released. */
  readonly onLost: () => void;
}

const LATENCY_MS = 0.5;
/** How long a server keeps what a client held that it has lost sight of. */
const NOTICE_MS = 20;
const LATE_MS = 400;

export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

export class Connection {
  readonly #scheduler: Scheduler;
  readonly process: SimProcess;
  readonly #name: string;
  readonly #server: ServerSide;
  readonly #waiting = new Set<(error: Error) => void>();
  /** Nothing gets through any more, either way, and nobody is told. */
  cut = false;
  #arrivesAt = 0;
  #answersAt = 0;
  /** As the client knows. */
  usable = true;
  /** As the server knows. */
  served = true;

  constructor(scheduler: Scheduler, process: SimProcess, name: string, server: ServerSide) {
    this.#scheduler = scheduler;
    this.process = process;
    this.#name = name;
    this.#server = server;
  }

  /** @param serve does the work at the server, and answers through `settle` now or later */
  request<T>(
    what: string,
    mishap: Mishap | null,
    serve: (settle: { resolve: (value: T) => void; reject: (error: Error) => void }) => void,
  ): Promise<T> {
    const name = `${this.#name} ${what}`;
    return new Promise<T>((resolve, reject) => {
      if (!this.usable) return reject(new ConnectionLost(`${name}: not connected`));
      this.#waiting.add(reject);
      const settle = {
        resolve: (value: T) => this.#answer(`${name} answered`, () => this.#waiting.delete(reject) && resolve(value)),
        reject: (error: Error) => this.#answer(`${name} refused`, () => this.#waiting.delete(reject) && reject(error)),
      };
      const unanswered = { resolve: () => this.breakDown(), reject: () => this.breakDown() };
      if (mishap === 'hung') this.cut = true;
      if (mishap === 'lost') return this.breakDown();
      if (mishap === 'late') this.#loseClient(0);
      this.#arrive(name, mishap === 'late', () => {
        serve(mishap === 'unanswered' ? unanswered : settle);
        if (mishap === 'late') this.#loseServer(0);
      });
    });
  }

  /** Both sides hear of it, neither at once. */
  breakDown(): void {
    this.#loseClient(this.#latency());
    this.#loseServer(this.#scheduler.chance.next() * NOTICE_MS);
  }

  /** The client leaves without a word. */
  drop(): void {
    this.#fail();
    if (!this.cut) this.#loseServer(this.#scheduler.chance.next() * NOTICE_MS);
  }

  /** The server ends it. */
  readonly terminate = (error: Error): void => {
    this.served = false;
    this.#answer(`${this.#name} terminated`, () => this.#fail(error));
  };

  #latency(): number {
    return this.#scheduler.chance.next() * LATENCY_MS + 0.05;
  }

  #arrive(name: string, late: boolean, run: () => void): void {
    const delay = late ? this.#scheduler.chance.next() * LATE_MS : this.#latency();
    this.#arrivesAt = Math.max(this.#arrivesAt, this.#scheduler.now + delay);
    this.#scheduler.after(this.#arrivesAt - this.#scheduler.now, `${name} at server`, null, () => {
      if (this.served && !this.cut) run();
    });
  }

  #answer(what: string, run: () => void): void {
    this.#answersAt = Math.max(this.#answersAt, this.#scheduler.now + this.#latency());
    this.#scheduler.after(this.#answersAt - this.#scheduler.now, what, this.process, () => {
      if (!this.cut) run();
    });
  }

  #loseClient(ms: number): void {
    this.#scheduler.after(ms, `${this.#name} lost`, this.process, () => this.#fail());
  }

  #fail(error: Error = new ConnectionLost(`${this.#name}: connection lost`)): void {
    this.usable = false;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const reject of waiting) reject(error);
  }

  #loseServer(ms: number): void {
    this.#scheduler.after(ms, `${this.#name} lost at server`, null, () => {
      if (!this.served) return;
      this.served = false;
      this.#server.onLost();
    });
  }
}
