/** Chance that can be repeated: the same seed gives the same numbers (mulberry32). */
export interface Random {
  /** 0 <= x < 1 */
  readonly next: () => number;
  /** A whole number, both ends included. */
  readonly between: (from: number, to: number) => number;
  /** True once in `n` times. */
  readonly oneIn: (n: number) => boolean;
  readonly pick: <T>(from: readonly [T, ...T[]]) => T;
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    between,
    oneIn: (n) => next() * n < 1,
    pick: (from) => from[between(0, from.length - 1)] ?? from[0],
  };
}
