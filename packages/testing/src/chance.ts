/**
 * Chance that can be repeated: the same seed gives the same numbers. It imports nothing, so benchmarks, simulations and
 * soaks run it without Vitest.
 */

/** 0 <= x < 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 0 to `limit - 1`. */
export const wholeBelow = (limit: number, random: () => number): number => Math.floor(random() * limit);

/** What a scenario asks of chance. Every answer takes one number of the sequence, so that a seed replays. */
export interface Chance {
  /** 0 <= x < 1 */
  readonly next: () => number;
  /** A whole number, both ends included. */
  readonly between: (from: number, to: number) => number;
  /** True with this probability. */
  readonly happens: (probability: number) => boolean;
  /** @throws RangeError when there is nothing to pick from */
  readonly pick: <T>(from: readonly T[]) => T;
}

export function seededChance(seed: number): Chance {
  const next = seededRandom(seed);
  return {
    next,
    between: (from, to) => from + wholeBelow(to - from + 1, next),
    happens: (probability) => next() < probability,
    pick: (from) => {
      const picked = from[wholeBelow(from.length, next)];
      if (picked === undefined) throw new RangeError('nothing to pick from');
      return picked;
    },
  };
}
