import type { EdgeBench } from '@fanfare/gateway/bench-edge';
import { expect, test } from 'vitest';
import { tableOf } from './edge-table.ts';

const bySystem = <T>(fanfare: T, socketio: T, redis_adapter: T) => ({ fanfare, socketio, redis_adapter });
const byLoad = <T>(each: T) => ({ burst: each, steady_50: each, steady_200: each, single: each, single_50: each });
const cpu = bySystem(0.57, 4.9, 6.41);
const delay = { p50: 4.3, p99: 7.64 };
const nothing: EdgeBench = {
  hardware: {
    cores: 2,
    cpu: 'A processor',
    memory_gb: 8,
    os: 'An OS',
    node: 'v24.0.0',
    nats: '2.9.10',
    socketio: '4.8.4',
  },
  method: ['What is included.'],
  cpu_us_per_delivery: null,
  ratio_to_socketio: null,
  delivered_per_second: null,
  delay_ms: null,
  added_delay_ms: null,
  delivered_share: null,
  bus_cpu_us_per_delivery: null,
  slow_clients: null,
  idle_connections: null,
  rss_kb_per_connection: null,
  rss_kb: null,
  connects_per_second: null,
  cycles: null,
  recovery: null,
  problems: [],
};
const fanout = {
  cpu_us_per_delivery: { burst: cpu, steady: cpu, single: cpu, rooms: byLoad(cpu) },
  ratio_to_socketio: { burst: 5.31, steady: 8.6, single: 1.02, rooms: byLoad(8.6) },
  delivered_per_second: 299_000,
  delay_ms: byLoad(bySystem(delay, delay, delay)),
  added_delay_ms: byLoad(bySystem(delay, delay, delay)),
  delivered_share: byLoad(bySystem(1, 0.7, 0.4)),
  bus_cpu_us_per_delivery: byLoad(cpu),
};

test('the table has a row for each system under each load', () => {
  const lines = tableOf({ ...nothing, ...fanout }).split('\n');
  const rows = lines.filter((line) => line.startsWith('  Socket.IO'));
  expect(lines[1]).toBe('Node v24.0.0, NATS 2.9.10, Socket.IO 4.8.4');
  expect(rows).toHaveLength(5);
  expect(rows[0]?.trim().split(/ {2,}/)).toEqual(['Socket.IO', '4.90', '4.90', '4.3', '7.6', '4.3', '7.6', '70%']);
  expect(lines).toContain(
    'Socket.IO needs 5.3 times the CPU for bursts, 8.6 times for steady rooms, 1.02 times for single messages',
  );
});

test('what was not measured is said, and why', () => {
  const table = tableOf({ ...nothing, problems: ['slow: nobody came'] });
  expect(table).toContain('FAILED slow: nobody came');
  for (const part of ['fan-out', 'slow clients', 'idle connections', 'recovery']) {
    expect(table).toContain(`${part}: not measured`);
  }
});

test('a storm in which services were asked says which and how often', () => {
  const percentiles = { p50: 1, p95: 2, p99: 3 };
  const recovery = {
    one: { ...percentiles, missed: 5, messages_read: 8, read_p50_ms: 1.2 },
    at_once: { clients: 1000, channels: 200, recovered: 1000, ms: 160 },
    storm: {
      ...percentiles,
      clients: 10_000,
      per_second: 1000,
      recovered: 9999,
      failures: { 'read ECONNRESET': 3 },
      cpu_us_per_reconnect: 612,
      seconds: 10.2,
    },
  };
  const told = (calls: Readonly<Record<string, number>>): string =>
    tableOf({ ...nothing, recovery: { ...recovery, storm: { ...recovery.storm, calls } } });
  expect(told({})).toContain('attempts that failed: 3 read ECONNRESET; calls to services: none');
  expect(told({ 'rooms.getSnapshot': 12 })).toContain('calls to services: 12 rooms.getSnapshot');
});
