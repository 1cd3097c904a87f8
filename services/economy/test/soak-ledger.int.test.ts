import { expect, it } from 'vitest';
import { soakLedger } from '../soak/soak-ledger.ts';

// The short form of `./fanfare soak ledger`: a few faults, on a server of its own.
it('loses, doubles and deadlocks nothing while writers freeze and everything is killed', {
  timeout: 120_000,
}, async () => {
  const lines: string[] = [];
  const report = (line: string): void => void lines.push(line);
  const strikes = { freezes: 1, kills: 4, delayLimitMs: Number.POSITIVE_INFINITY };
  const result = await soakLedger({ seed: 1, seconds: 4, ...strikes, views: 300, report });
  expect(result.problems, lines.join('\n')).toEqual([]);
  expect(result.kills).toEqual({ writers: 3, postgres: 1 });
  expect(result.acked).toBeGreaterThan(0);
});
