import { expect, it } from 'vitest';
import { benchLedger } from '../bench/bench-ledger.ts';

// Windows too short to mean anything: only that each is measured, and that the ledger is sound after it.
it('the ledger measures itself and is balanced after it', { timeout: 180_000 }, async () => {
  const bench = await benchLedger({ seconds: 0.04, entries: 40_000, report: () => {}, onProgress: () => {} });
  expect(bench).toMatchObject({ zero_sum: true, first_problem: null });
  const callers = ['1', '8', '32', '64', '512'];
  expect(Object.keys(bench.gifts_per_second)).toEqual(callers);
  expect(Object.keys(bench.latency_ms)).toEqual(callers);
  expect(Object.keys(bench.processes)).toEqual(['1', '2', '4']);
  const rates = [bench.gifts_per_second, bench.processes, bench.baseline].flatMap((each) => Object.values(each));
  expect(rates.every((rate) => rate > 0)).toBe(true);
  expect(bench.overload.connections).toBe(bench.overload.connections_before);
  expect(bench.overload.max_queue).toBeLessThanOrEqual(4096);
  const steps = ['empty_vacuumed', expect.stringMatching(/^journals_\d+$/), 'entries_40000'];
  expect(Object.keys(bench.growth?.steps ?? {})).toEqual(steps);
  expect(bench.growth?.steps['entries_40000']?.entries).toBeGreaterThanOrEqual(39_998);
});
