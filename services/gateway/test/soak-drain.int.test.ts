import { expect, it } from 'vitest';
import { soakDrain } from '../soak/drain/soak-drain.ts';

it('three gateways restarted in turn send everybody away with a goodbye and lose nothing, and bans close all sockets', async () => {
  const result = await soakDrain({
    seed: 11,
    seconds: 1,
    clients: 120,
    rooms: 6,
    perSecond: 150,
    shutdownTimeoutMs: 2000,
    loadPerSecond: 30,
    revokedUsers: 6,
    // How fast it goes is the long form's to judge, on a machine of its own.
    limits: { peakShare: 1e6, endedMs: 1e6, revokedMs: 1e6 },
    report: () => {},
  });
  expect(result.problems).toEqual([]);
  expect(result.drains).toHaveLength(3);
  expect(result.channels_recovered).toBeGreaterThan(240);
  expect(result.revoked).toMatchObject({ sockets: 18, closed: 18, others_closed: 0 });
}, 60_000);
