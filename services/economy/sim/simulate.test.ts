import { expect, it } from 'vitest';
import { simulate } from './simulate.ts';

const SEEDS = 100;
/** For a machine that has much else to do; alone it takes 3 s. */
const TIMEOUT_MS = 60_000;

it('keeps every promise of the ledger and the outbox, whatever fails, in 100 seeds', {
  timeout: TIMEOUT_MS,
}, async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { problems } = await simulate(seed);
    expect(problems, `./fanfare sim --seed ${seed}`).toEqual([]);
  }
});

it('replays a seed identically, step by step', async () => {
  const trace = async (seed: number): Promise<readonly string[]> => {
    const lines: string[] = [];
    const { traceHash } = await simulate(seed, (line) => lines.push(line));
    return [...lines, traceHash];
  };
  const first = await trace(7);
  expect(first.length).toBeGreaterThan(500);
  expect(await trace(7)).toEqual(first);
  expect(await trace(8)).not.toEqual(first);
});
