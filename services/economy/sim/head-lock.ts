/** The lock on the head of the ledger, and the sessions at the server that want it, one at a time. */
import type { Scheduler } from './scheduler.ts';

const STATEMENT_TIMEOUT_MS = 5000;

/** A session at the server. */
export class Backend {
  state: 'idle' | 'waiting' | 'open' | 'aborted' = 'idle';
  readId = 0;
  granted: (() => void) | null = null;
  cancelTimer = (): void => {};
  /** Requests that wait for the one before. */
  work: ((done: () => void) => void)[] = [];
  #busy = false;

  /** One request after the other. */
  take(work: (done: () => void) => void): void {
    this.work.push(work);
    this.#next();
  }

  #next(): void {
    if (this.#busy) return;
    const work = this.work.shift();
    if (work === undefined) return;
    this.#busy = true;
    work(() => {
      this.#busy = false;
      this.#next();
    });
  }
}

export class HeadLock {
  readonly #scheduler: Scheduler;
  #holder: Backend | null = null;
  #waiting: Backend[] = [];

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Opens a transaction: calls `granted` when it has the lock, or `timeOut` when that took too long. */
  lock(backend: Backend, granted: () => void, timeOut: () => void): void {
    backend.granted = granted;
    backend.state = 'waiting';
    backend.cancelTimer = this.#scheduler.after(STATEMENT_TIMEOUT_MS, 'statement timeout', null, () => {
      if (backend.state === 'waiting') timeOut();
    });
    this.#waiting.push(backend);
    this.#grant();
  }

  #grant(): void {
    if (this.#holder !== null || this.#waiting.length === 0) return;
    // Waiters for a row's lock are mostly served in order, but nothing promises it.
    const { chance } = this.#scheduler;
    const next = chance.happens(0.8) ? this.#waiting[0] : chance.pick(this.#waiting);
    if (next === undefined) return;
    this.#waiting = this.#waiting.filter((each) => each !== next);
    this.#holder = next;
    next.cancelTimer();
    next.state = 'open';
    next.granted?.();
  }

  /** A statement failed: the transaction keeps its lock until it is rolled back. */
  abort(backend: Backend): void {
    this.#waiting = this.#waiting.filter((each) => each !== backend);
    backend.state = 'aborted';
  }

  /** Committed or rolled back. */
  end(backend: Backend): void {
    backend.cancelTimer();
    this.#waiting = this.#waiting.filter((each) => each !== backend);
    backend.state = 'idle';
    if (this.#holder !== backend) return;
    this.#holder = null;
    this.#grant();
  }

  /** Whoever holds it or waits for it has gone. */
  clear(): void {
    this.#waiting = [];
    if (this.#holder !== null) this.end(this.#holder);
  }
}
