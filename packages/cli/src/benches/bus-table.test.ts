import type { BusBench } from '@fanfare/messaging/bench';
import { expect, test } from 'vitest';
import { tableOf } from './bus-table.ts';

const cpu = { node: 30.4, postgres: null, nats: 20 };
const bench: BusBench = {
  hardware: {
    cores: 2,
    cpu: 'A processor',
    memory_gb: 8,
    os: 'An OS',
    node: 'v24.0.0',
    postgres: '18.4',
    nats: '2.9.10',
    settings: { fsync: 'on' },
  },
  method: ['What is included.'],
  drain: {
    events: 50_000,
    events_per_second: 16_000,
    baseline_sequential: 800,
    baseline_flag: 10_000,
    ratio: 20,
    ratio_to_flag: 1.6,
    spread: { relay: [15_000, 17_000], sequential: [700, 900], flag: [9000, 11_000] },
    cpu_us_per_event: cpu,
    baseline_cpu_us_per_event: { sequential: cpu, flag: cpu },
  },
  quiet_latency_ms: { p50: 4.34, p95: 6, p99: 9 },
  polling_latency_ms: { p50: 30, p95: 55, p99: 58 },
  busy_latency_ms: { p50: 8, p95: 12, p99: 20, events_per_second: 999.6 },
  takeover_ms: { killed: 735, frozen: 3194 },
};

test('the table has a row for each relay and each latency, and what could not be measured is a dash', () => {
  const lines = tableOf(bench).split('\n');
  const rowOf = (name: string): string[] | undefined =>
    lines
      .find((line) => line.startsWith(`${name}  `))
      ?.slice(name.length)
      .trim()
      .split(/ +/);
  expect(lines[1]).toBe('Node v24.0.0, NATS 2.9.10, PostgreSQL 18.4: fsync on');
  expect(rowOf('relay')).toEqual(['16,000', '15,000', '17,000', '30', '-', '20']);
  expect(rowOf('one by one')?.[0]).toBe('800');
  expect(rowOf('a flag for each')?.[0]).toBe('10,000');
  expect(rowOf('quiet')).toEqual(['4.3', '6.0', '9.0']);
  expect(rowOf('quiet, found by polling')?.[0]).toBe('30.0');
  expect(rowOf('1,000 events/s')).toEqual(['8.0', '12.0', '20.0']);
});
