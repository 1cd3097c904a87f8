import { expect, it } from 'vitest';
import { soakFuzz } from '../soak/fuzz/soak-fuzz.ts';

// The short form of `./fanfare soak fuzz`.
it('refuses or ignores every malformed frame, leaks nothing, and lets nobody else notice', {
  timeout: 120_000,
}, async () => {
  const result = await soakFuzz({ seed: 1, from: 0, frames: 3000, floodMs: 300, report: () => {} });
  expect(result.problems).toEqual([]);
  expect(result.outcomes.failed).toBe(0);
  expect(result.outcomes.refused + result.outcomes.ignored).toBe(3000);
  expect(result.bystanders.messages).toBeGreaterThan(0);
});

it('sends the same frame again for the same seed and index', { timeout: 60_000 }, async () => {
  const once = async () => {
    const { verdicts, ...rest } = await soakFuzz({ seed: 5, from: 40, frames: 1, floodMs: 0, report: () => {} });
    expect(rest.frames).toBe(1);
    return verdicts;
  };
  expect(await once()).toEqual(await once());
});
