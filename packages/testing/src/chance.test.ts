import { describe, expect, it } from 'vitest';
import { seededChance, seededRandom, wholeBelow } from './chance.ts';

const DRAWS = 10_000;
const first = <T>(count: number, draw: () => T): readonly T[] => Array.from({ length: count }, () => draw());

describe('seeded chance', () => {
  // A report names the seed it failed with, perhaps years ago.
  it('gives the numbers it has always given for a seed', () => {
    const words = (seed: number) => first(3, seededRandom(seed)).map((number) => number * 2 ** 32);
    expect(words(1)).toEqual([2693262067, 11749833, 2265367787]);
    expect(words(0xffffffff)).toEqual([3850105811, 813802916, 3073704848]);
  });

  it('gives other numbers for another seed', () => {
    expect(first(5, seededRandom(7))).not.toEqual(first(5, seededRandom(8)));
  });

  it('stays from 0 to below 1, and on average in the middle', () => {
    const numbers = first(DRAWS, seededRandom(3));
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    expect(numbers.reduce((sum, number) => sum + number, 0) / DRAWS).toBeCloseTo(0.5, 1);
  });

  it('draws every whole number of a range and no other', () => {
    const random = seededRandom(4);
    const chance = seededChance(4);
    expect(new Set(first(DRAWS, () => wholeBelow(3, random)))).toEqual(new Set([0, 1, 2]));
    expect(new Set(first(DRAWS, () => chance.between(-1, 1)))).toEqual(new Set([-1, 0, 1]));
    expect(new Set(first(DRAWS, () => chance.pick(['a', 'b', 'c'])))).toEqual(new Set(['a', 'b', 'c']));
  });

  it('lets happen what is certain, not what is impossible, and the rest in proportion', () => {
    const chance = seededChance(5);
    const share = (probability: number): number =>
      first(DRAWS, () => chance.happens(probability)).filter(Boolean).length / DRAWS;
    expect([share(0), share(1)]).toEqual([0, 1]);
    expect(share(0.2)).toBeCloseTo(0.2, 1);
  });

  it('takes one number for every answer, so that what follows does not depend on what was asked', () => {
    const [chance, random] = [seededChance(6), seededRandom(6)];
    chance.between(1, 9);
    chance.happens(0.5);
    chance.pick([1, 2]);
    first(3, random);
    expect(chance.next()).toBe(random());
  });

  it('refuses to pick from nothing', () => {
    expect(() => seededChance(1).pick([])).toThrow(RangeError);
  });
});
