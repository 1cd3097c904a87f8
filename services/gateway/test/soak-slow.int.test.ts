import { expect, it } from 'vitest';
import { soakSlow } from '../soak/slow/soak-slow.ts';

it('clients that stop reading are cut whenever they come, and of what is not conflated nothing is missing', async () => {
  const result = await soakSlow({
    stalled: {
      seed: 22,
      seconds: 1,
      stalled: 4,
      healthy: 5,
      capBytes: 2 ** 20,
      perSecond: 50,
      messageBytes: 32_768,
      readingMs: 300,
      // What others notice, and what a small process weighs, are the long form's to judge, on a machine of its own.
      limits: { p99Growth: 1e6, memoryGrowth: 1e6 },
    },
    conflated: { secondsEach: 1, updatesPerSecond: 300, othersPerSecond: 30, framesMost: Number.POSITIVE_INFINITY },
    report: () => {},
  });
  expect(result.problems).toEqual([]);
  expect(result.stalled.rounds.map(({ cut }) => cut)).toEqual([4, 4]);
  const { alone, beside_others } = result.conflated;
  expect(alone.last_arrived && beside_others.last_arrived).toBe(true);
  expect(alone.frames).toBeLessThan(alone.updates);
  expect(beside_others.others_shown).toBe(beside_others.others);
}, 60_000);
