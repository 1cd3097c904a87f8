import { expect, it } from 'vitest';
import { afterDeath } from './restart-policy.ts';

const delays = (runs: readonly number[]): number[] => {
  let deaths = 0;
  return runs.map((ranForMs) => {
    const restart = afterDeath(deaths, ranForMs);
    deaths = restart.deaths;
    return restart.delayMs;
  });
};

it('starts the first time at once and then later and later, up to ten seconds', () => {
  expect(delays([0, 0, 0, 0, 0, 0, 0, 0, 0])).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
});

it('forgets deaths after a sound run', () => {
  expect(delays([0, 0, 0, 60_000, 0])).toEqual([100, 200, 400, 100, 200]);
});

it('never computes itself out of the range', () => {
  expect(afterDeath(5000, 0).delayMs).toBe(10_000);
});
