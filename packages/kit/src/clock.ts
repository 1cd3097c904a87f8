import { setTimeout as delay } from 'node:timers/promises';

/** Time as a dependency, so that rules about time are tested without waiting. */
export interface Clock {
  /** Wall clock, for what is stored and shown. */
  readonly now: () => Date;
  /** Milliseconds that never go back, for deadlines and leases. */
  readonly monotonic: () => number;
  /** Resolves when the time is over, or at once when `signal` is aborted; never rejects. Keeps no process alive. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    // Rejects when it is aborted, which is the only way it can fail.
    await delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
  },
};

/** A clock that stands until it is moved; whoever sleeps by it wakes when it has passed their time. */
export function fakeClock(start: Date): Clock & { readonly advance: (milliseconds: number) => void } {
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  let elapsed = 0;
  return {
    now: () => new Date(start.getTime() + elapsed),
    monotonic: () => elapsed,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const sleeper = { until: elapsed + milliseconds, wake };
        function wake(): void {
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', wake);
          resolve();
        }
        sleepers.add(sleeper);
        signal.addEventListener('abort', wake);
        if (milliseconds <= 0 || signal.aborted) wake();
      }),
    advance: (milliseconds) => {
      elapsed += milliseconds;
      for (const { until, wake } of [...sleepers]) if (until <= elapsed) wake();
    },
  };
}
