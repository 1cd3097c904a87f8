import { expect, test } from 'vitest';
import { SERVICES } from '../src/platform/services.ts';
import { soakKill } from '../src/soaks/kill.ts';

test('whatever is killed while gifts are sent, every acknowledged gift is there exactly once', async () => {
  const lines: string[] = [];
  const result = await soakKill({ rounds: 1, natsAwayMs: 5000, senders: 3, report: (line) => lines.push(line) });
  expect(result.problems, lines.join('\n')).toEqual([]);
  // Every service and three servers.
  expect(result.kills).toBe(SERVICES.length + 3);
  expect(result.gifts).toBeGreaterThan(0);
});
