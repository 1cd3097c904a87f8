import type { LedgerBench } from '@fanfare/economy/bench';
import { expect, test } from 'vitest';
import { tableOf } from './ledger-table.ts';

const percentiles = { p50: 1.234, p95: 2, p99: 3 };
const cpu = { node: 20.4, postgres: null };
const bench: LedgerBench = {
  hardware: {
    cores: 2,
    cpu: 'A processor',
    memory_gb: 8,
    os: 'An OS',
    node: 'v24.0.0',
    postgres: '18.4',
    settings: { fsync: 'on' },
  },
  method: ['What is included.'],
  gifts_per_second: { 1: 1900, 64: 17_600 },
  latency_ms: { 1: percentiles, 64: percentiles },
  baseline: { interactive: 1300, procedure: 3600 },
  baseline_latency_ms: { interactive: percentiles, procedure: percentiles },
  ratio_to_interactive: 13.54,
  ratio_to_procedure: 4.89,
  spread: { 1: [1800, 2000], 64: [17_000, 18_000], interactive: [1200, 1400], procedure: [3500, 3700] },
  overload: {
    offered_per_second: 70_400,
    accepted_per_second: 16_000,
    share_of_peak: 0.909,
    refused: 54_400,
    refused_within_ms_p99: 8.06,
    accepted_within_ms_p99: 240,
    connections_before: 2,
    connections: 2,
    max_queue: 4096,
  },
  processes: { 1: 17_000, 2: 16_000 },
  cpu_us_per_gift: {
    ...cpu,
    callers: 0.44,
    by_callers: { 1: cpu, 64: cpu },
    baseline: { interactive: cpu, procedure: cpu },
  },
  zero_sum: true,
  first_problem: null,
  growth: null,
};

test('the table has a row for each number of callers and for each baseline, and what could not be measured is a dash', () => {
  const lines = tableOf(bench).split('\n');
  const rowOf = (name: string): string[] | undefined =>
    lines
      .find((line) => line.startsWith(name))
      ?.slice(name.length)
      .trim()
      .split(/ +/);
  expect(rowOf('1 caller ')).toEqual(['1,900', '1,800', '2,000', '1.23', '2.00', '3.00', '20', '-']);
  expect(rowOf('64 callers ')).toEqual(['17,600', '17,000', '18,000', '1.23', '2.00', '3.00', '20', '-']);
  expect(rowOf('interactive, 16 clients')?.[0]).toBe('1,300');
  expect(rowOf('procedure, 16 clients')?.[0]).toBe('3,600');
  expect(lines).toContain('growth: not measured');
});

test('a ledger that is not balanced is not passed over', () => {
  expect(tableOf({ ...bench, zero_sum: false, first_problem: 'batch 7: its hash' })).toContain(
    'NO (batch 7: its hash)',
  );
});
