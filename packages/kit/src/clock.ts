/** Time as a dependency, so that rules about time are tested without waiting. */
export interface Clock {
  /** Wall clock, for what is stored and shown. */
  readonly now: () => Date;
  /** Milliseconds that never go back, for deadlines and leases. */
  readonly monotonic: () => number;
}

export const systemClock: Clock = { now: () => new Date(), monotonic: () => performance.now() };

/** A clock that stands until it is moved. */
export function fakeClock(start: Date): Clock & { readonly advance: (milliseconds: number) => void } {
  let elapsed = 0;
  return {
    now: () => new Date(start.getTime() + elapsed),
    monotonic: () => elapsed,
    advance: (milliseconds) => {
      elapsed += milliseconds;
    },
  };
}
