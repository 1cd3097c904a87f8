import { expect, it } from 'vitest';
import { soakOutage } from '../soak/outage/soak-outage.ts';

it('nobody is disconnected while NATS or Redis is away, and all goes on afterwards without anything missing', async () => {
  const result = await soakOutage({
    seed: 24,
    awayMs: 1000,
    clients: 40,
    rooms: 4,
    loadPerSecond: 30,
    // How soon, and how much memory, are the long form's to judge, on a machine of its own.
    limits: { resumedMs: 1e6, memoryGrowth: 1e6 },
    report: () => {},
  });
  expect(result.problems).toEqual([]);
  expect(result.outages.map(({ what }) => what)).toEqual(['NATS killed', 'Redis killed', 'NATS frozen']);
  expect(result.channels_recovered).toBeGreaterThan(0);
}, 60_000);
