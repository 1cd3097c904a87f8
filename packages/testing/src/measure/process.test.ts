import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { processCpuSeconds } from './cpu.ts';
import { residentBytes } from './memory.ts';

const isLinux = process.platform === 'linux';

test.runIf(isLinux)('a process that works has used more of the processors than before', () => {
  const before = processCpuSeconds(process.pid) ?? Number.NaN;
  // Several of the ticks in which a kernel without scheduler statistics counts.
  for (const until = performance.now() + 100; performance.now() < until; );
  expect(processCpuSeconds(process.pid)).toBeGreaterThan(before);
});

test.runIf(isLinux)('the resident memory of a process is what Node says of itself', () => {
  const { rss } = process.memoryUsage();
  expect(Math.abs((residentBytes(process.pid) ?? 0) / rss - 1)).toBeLessThan(0.2);
});

test('of a process that has ended nothing is told', () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  expect([processCpuSeconds(pid), residentBytes(pid)]).toEqual([null, null]);
});
