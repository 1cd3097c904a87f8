import { expect, it, vi } from 'vitest';
import { run } from '../src/benches/bus.ts';
import { parse } from '../src/command-line.ts';
import { COMMANDS } from '../src/commands.ts';

const keysOf = (value: unknown): string[] => Object.keys(value as object);

// Too few events and windows too short to mean anything: only that each figure is there, and nothing else on stdout.
it('the bus measures itself and says so in JSON', { timeout: 120_000 }, async () => {
  const said = vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const bench = COMMANDS.find((command) => command.name === 'bench');
  if (bench === undefined) throw new Error('there is no bench');
  expect(await run(parse(bench, ['bus', '--json', '--events', '300', '--seconds', '1']))).toBe(0);
  expect(said).toHaveBeenCalledOnce();
  const result = JSON.parse(String(said.mock.calls[0]?.[0])) as Record<string, Record<string, unknown>>;
  expect(result['hardware']).toMatchObject({ cores: expect.any(Number), settings: { fsync: 'on' } });
  expect(keysOf(result['hardware'])).toEqual(expect.arrayContaining(['node', 'postgres', 'nats']));
  expect(result['drain']).toMatchObject({ events: 300, ratio: expect.any(Number) });
  for (const rate of ['events_per_second', 'baseline_sequential', 'baseline_flag']) {
    expect(result['drain']?.[rate]).toBeGreaterThan(0);
  }
  expect(keysOf(result['drain']?.['cpu_us_per_event'])).toEqual(['node', 'postgres', 'nats']);
  for (const latency of ['quiet_latency_ms', 'polling_latency_ms', 'busy_latency_ms']) {
    expect(keysOf(result[latency])).toEqual(expect.arrayContaining(['p50', 'p95', 'p99']));
  }
  expect(keysOf(result['takeover_ms'])).toEqual(['killed', 'frozen']);
});
