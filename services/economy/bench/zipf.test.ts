import { seededRandom } from '@fanfare/testing/chance';
import { expect, test } from 'vitest';
import { zipf } from './zipf.ts';

test('ranks come up in proportion to their power of 1.2, the last one included', () => {
  const draws = 200_000;
  const rank = zipf(100, 1.2, seededRandom(1));
  const counts = new Array<number>(100).fill(0);
  for (let draw = 0; draw < draws; draw += 1) {
    const drawn = rank();
    counts[drawn] = (counts[drawn] ?? NaN) + 1;
  }
  const weights = counts.map((_, index) => (index + 1) ** -1.2);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  for (const index of [0, 1, 9, 49, 99]) {
    const expected = (draws * (weights[index] ?? 0)) / sum;
    // Five standard deviations: a right sampler with this seed is well inside.
    expect(Math.abs((counts[index] ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected));
  }
});
