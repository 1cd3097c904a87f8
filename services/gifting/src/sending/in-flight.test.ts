import { expect, test } from 'vitest';
import { sharedWhileRunning } from './in-flight.ts';

test('work under one key runs once while it runs, and again afterwards', async () => {
  const shared = sharedWhileRunning<number>();
  let runs = 0;
  const work = async (): Promise<number> => {
    runs += 1;
    return runs;
  };
  expect(await Promise.all([shared('a', work), shared('a', work), shared('b', work)])).toEqual([1, 1, 2]);
  expect(await shared('a', work)).toBe(3);
});

test('a failure is shared too, and forgotten', async () => {
  const shared = sharedWhileRunning<number>();
  const fails = async (): Promise<number> => {
    throw new Error('no');
  };
  const results = await Promise.allSettled([shared('a', fails), shared('a', fails)]);
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
  expect(await shared('a', async () => 1)).toBe(1);
});
