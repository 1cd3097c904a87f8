/**
 * Virtual time. Whatever waits in a simulation waits for a step of this scheduler, and one step's consequences are over
 * before the next begins: so the order of everything follows from the seed, and nothing takes longer than computing it.
 */
import { createHash } from 'node:crypto';
import { type Chance, seededChance } from '@fanfare/testing/chance';

/** A process of the simulated platform. What it was about to do ends with it, or waits while it is frozen. */
export class SimProcess {
  readonly name: string;
  alive = true;
  /** What was due while it was frozen, in order; null while it runs. */
  frozen: Step[] | null = null;

  constructor(name: string) {
    this.name = name;
  }
}

interface Step {
  at: number;
  order: number;
  readonly what: string;
  readonly process: SimProcess | null;
  readonly run: () => void;
  cancelled: boolean;
}

const TAIL_LINES = 80;
/** Any day; what is stored carries times from here on. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

export class Scheduler {
  readonly chance: Chance;
  /** Milliseconds since the beginning. */
  now = 0;
  steps = 0;
  readonly #queue: Step[] = [];
  readonly #hash = createHash('sha256');
  readonly #tail: string[] = [];
  readonly #onLine: (line: string) => void;
  #order = 0;
  #aheadMs = 0;

  constructor(seed: number, onLine: (line: string) => void = () => {}) {
    this.chance = seededChance(seed);
    this.#onLine = onLine;
  }

  /** The database's clock. */
  date(): Date {
    return new Date(EPOCH_MS + this.#aheadMs + Math.floor(this.now));
  }

  /** The clock of a process: its own beginning, the same pace. */
  monotonic(): number {
    return this.now + this.#aheadMs;
  }

  /** Everybody sleeps for so long: clocks go on, and what was to happen is still to happen. */
  setForward(ms: number): void {
    this.#aheadMs += ms;
  }

  /** @returns how to call it off */
  after(ms: number, what: string, process: SimProcess | null, run: () => void): () => void {
    this.#order += 1;
    const step: Step = { at: this.now + ms, order: this.#order, what, process, run, cancelled: false };
    this.#push(step);
    return () => {
      step.cancelled = true;
    };
  }

  delay(ms: number, what: string, process: SimProcess | null): Promise<void> {
    return new Promise((resolve) => this.after(ms, what, process, resolve));
  }

  kill(process: SimProcess): void {
    process.alive = false;
    process.frozen = null;
  }

  freeze(process: SimProcess): void {
    process.frozen ??= [];
  }

  /** It does now, in its order, what was due meanwhile. */
  thaw(process: SimProcess): void {
    const due = process.frozen ?? [];
    process.frozen = null;
    for (const step of due) {
      this.#order += 1;
      step.at = this.now;
      step.order = this.#order;
      this.#push(step);
    }
  }

  /** A line of the trace that is no step. */
  note(line: string): void {
    const text = `${this.now.toFixed(3)} ${line}`;
    this.#hash.update(text).update('\n');
    this.#onLine(text);
    this.#tail.push(text);
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
  }

  /** @returns false when it was not over by `deadline` (in virtual milliseconds) */
  async runUntil(over: () => boolean, deadline: number): Promise<boolean> {
    while (!over()) {
      const step = this.#pop();
      if (step === undefined || step.at > deadline) return false;
      this.now = Math.max(this.now, step.at);
      if (step.cancelled || step.process?.alive === false) continue;
      if (step.process !== null && step.process.frozen !== null) {
        step.process.frozen.push(step);
        continue;
      }
      this.steps += 1;
      this.note(step.process === null ? step.what : `${step.process.name}: ${step.what}`);
      step.run();
      await consequences(this.steps);
    }
    return true;
  }

  hash(): string {
    return this.#hash.copy().digest('hex').slice(0, 16);
  }

  /** The last lines of the trace. */
  tail(): readonly string[] {
    return this.#tail;
  }

  /** A binary heap: the earliest step first, of equals the one that was planned first. */
  #push(step: Step): void {
    const queue = this.#queue;
    let at = queue.length;
    queue.push(step);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = queue[parent];
      if (above === undefined || isBefore(above, step)) break;
      queue[at] = above;
      at = parent;
    }
    queue[at] = step;
  }

  #pop(): Step | undefined {
    const queue = this.#queue;
    const first = queue[0];
    const last = queue.pop();
    if (last === undefined || last === first) return first;
    let at = 0;
    for (;;) {
      const [left, right] = [queue[2 * at + 1], queue[2 * at + 2]];
      if (left === undefined) break;
      const [child, index] = right !== undefined && isBefore(right, left) ? [right, 2 * at + 2] : [left, 2 * at + 1];
      if (isBefore(last, child)) break;
      queue[at] = child;
      at = index;
    }
    queue[at] = last;
    return first;
  }
}

/** How often Node gets to look at its own affairs, such as Ctrl-C; it costs as much as five steps. */
const BREATH_STEPS = 512;

/** Resolves when every microtask that follows from the step has run: Node looks at its ticks when none is left. */
const consequences = (steps: number): Promise<void> =>
  new Promise((resolve) => (steps % BREATH_STEPS === 0 ? setImmediate(resolve) : process.nextTick(resolve)));

const isBefore = (a: Step, b: Step): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
