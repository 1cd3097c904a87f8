/** How long nobody publishes after the relay that led was killed or frozen, with another one at hand. */
import { medianOf } from '@fanfare/testing/measure';
import { type RelayChild, spawnRelay } from '../src/soak/relay-child.ts';
import { SERVICE } from './gift-event.ts';
import type { Scene } from './scene.ts';

/** Milliseconds until another relay leads; `killed` is the median of three. */
export interface Takeover {
  readonly killed: number;
  readonly frozen: number;
}

const KILLED = 3;

export async function measureTakeover({ databaseUrl, natsUrl, report }: Scene): Promise<Takeover> {
  report('relays that are killed and frozen');
  const children: RelayChild[] = [];
  const spawn = (): RelayChild => {
    const child = spawnRelay(SERVICE, databaseUrl, natsUrl);
    children.push(child);
    return child;
  };
  /** @returns the new leader, and how long it took */
  const replace = async (leader: RelayChild, signal: NodeJS.Signals): Promise<readonly [RelayChild, number]> => {
    const follower = spawn();
    await follower.contends;
    const at = performance.now();
    leader.process.kill(signal);
    await follower.leads;
    return [follower, performance.now() - at];
  };
  try {
    let leader = spawn();
    await leader.leads;
    const killed: number[] = [];
    for (let round = 1; round <= KILLED; round += 1) {
      const [next, milliseconds] = await replace(leader, 'SIGKILL');
      killed.push(milliseconds);
      leader = next;
    }
    const [, frozen] = await replace(leader, 'SIGSTOP');
    return { killed: medianOf(killed), frozen };
  } finally {
    for (const child of children) await child.kill();
  }
}
