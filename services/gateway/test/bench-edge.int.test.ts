import { expect, test } from 'vitest';
import { benchEdge, EDGE_PARTS } from '../bench/bench-edge.ts';
import { LOADS } from '../bench/loads.ts';
import { SYSTEMS } from '../bench/systems.ts';

/** Everything is measured, by a hundredth of the clients and for a moment: what the figures are says nothing here. */
const tiny = {
  seconds: 0.3,
  rounds: 1,
  smaller: 50,
  connections: 50,
  cycles: 40,
  parts: new Set(EDGE_PARTS),
  report: () => {},
};

test('the benchmark of the edge measures every system and load, and delivers everything', {
  timeout: 240_000,
}, async () => {
  const result = await benchEdge(tiny);

  expect(result.problems).toEqual([]);
  const { cpu_us_per_delivery: cpu, ratio_to_socketio: ratio, slow_clients: slow, recovery } = result;
  for (const { name } of LOADS) {
    expect(Object.keys(cpu?.rooms[name] ?? {})).toEqual([...SYSTEMS]);
    expect(result.delivered_share?.[name].fanfare).toBeGreaterThan(0);
  }
  for (const kind of ['burst', 'steady', 'single'] as const) {
    for (const system of SYSTEMS) expect(cpu?.[kind][system]).toEqual(expect.any(Number));
    expect(ratio?.[kind]).toEqual(expect.any(Number));
  }
  expect(result.delivered_per_second).toBeGreaterThan(0);
  expect(slow).toMatchObject({ clients: 2, cut: 2, code: 4003 });
  expect(result.idle_connections).toBe(50);
  expect(result.rss_kb_per_connection).toEqual(expect.any(Number));
  expect(result.cycles?.cycles).toBe(40);
  expect(recovery?.one.messages_read).toBeLessThanOrEqual(10);
  expect(recovery?.at_once).toMatchObject({ clients: 20, recovered: 20 });
  expect(recovery?.storm).toMatchObject({ clients: 200, recovered: 200, calls: {} });
});
