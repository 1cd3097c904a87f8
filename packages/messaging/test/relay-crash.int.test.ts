import { eventually } from '@fanfare/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Bus } from '../src/index.ts';
import { type RelayChild, spawnRelay } from '../src/soak/relay-child.ts';
import { move, openPlatform, type Platform, SERVICE } from './platform.ts';
import { storedEvents, upTo, versionsOf } from './stored.ts';

let platform: Platform;
let bus: Bus;
let children: RelayChild[];
beforeEach(async () => {
  platform = await openPlatform();
  bus = await platform.bus();
  children = [];
});
afterEach(async () => {
  for (const child of children) await child.kill();
  await platform.close();
});

function spawn(): RelayChild {
  const child = spawnRelay(SERVICE, platform.databaseUrl, platform.nats.url);
  children.push(child);
  return child;
}

const expectVersions = (expected: Record<string, number[]>): Promise<void> =>
  eventually(async () => expect(versionsOf(await storedEvents(bus))).toEqual(expected), 15_000);

it('follows a relay that was killed, without a gap, a double or another order', async () => {
  let leader = spawn();
  await leader.leads;
  let next = 1;
  for (let round = 0; round < 3; round += 1) {
    const follower = spawn();
    await move(platform.database, 'a', next, 2000);
    next += 2000;
    await eventually(async () => expect((await storedEvents(bus)).length).toBeGreaterThan(next - 2000));
    await leader.kill();
    await follower.leads;
    leader = follower;
  }
  await expectVersions({ a: upTo(6000) });
});

it('replaces a relay that is frozen, which changes nothing when it wakes', async () => {
  const frozen = spawn();
  await frozen.leads;
  const follower = spawn();
  await move(platform.database, 'a', 1, 3000);
  await eventually(async () => expect((await storedEvents(bus)).length).toBeGreaterThan(0));
  frozen.process.kill('SIGSTOP');
  await move(platform.database, 'a', 3001, 100);
  await follower.leads;
  await expectVersions({ a: upTo(3100) });
  frozen.process.kill('SIGCONT');
  await move(platform.database, 'a', 3101, 100);
  await expectVersions({ a: upTo(3200) });
});
