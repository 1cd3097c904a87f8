import { expect, it } from 'vitest';
import { soakBus } from '../src/soak.ts';

// The short form of `./fanfare soak bus`: a few faults, on servers of its own.
it('loses, doubles and reorders nothing while relays and servers die', { timeout: 120_000 }, async () => {
  const lines: string[] = [];
  const result = await soakBus({ seed: 4, seconds: 10, awayMs: 1500, report: (line) => lines.push(line) });
  expect(result.problems, lines.join('\n')).toEqual([]);
  expect(result.events).toBeGreaterThan(0);
});
