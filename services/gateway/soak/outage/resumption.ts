/** When the whole way from a service's event to a client's screen works again, on every gateway. */
import { setTimeout as delay } from 'node:timers/promises';
import { events } from '@fanfare/contracts';
import { newId } from '@fanfare/kit';
import { Redis } from 'ioredis';
import type { Fleet } from '../../test/gateway-fleet.ts';
import type { GatewayProcess } from '../../test/gateway-process.ts';
import type { Person, RawClients } from '../../test/raw-clients.ts';

const FIRST_WATCHER = 40_001;
const ROOM = 40_001;
const PROBE_EVERY_MS = 100;
const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 30_000;

/** Who looks out: one person for each gateway, in a room of their own. */
export const watchersOf = (fleet: Fleet, gateways: readonly GatewayProcess[]): Promise<readonly Person[]> =>
  Promise.all(
    gateways.map(async ({ httpPort }, index) => {
      const id = FIRST_WATCHER + index;
      const room = { token: await fleet.roomToken(BigInt(id), ROOM) };
      return { id, token: await fleet.accessToken(id), room, ports: [httpPort], group: 'watchers' };
    }),
  );

/**
 * Announces an event every 100 ms until each watcher has been shown one of them.
 * @returns after how many ms that was; null when it was not within half a minute
 */
export async function untilShown(
  fleet: Fleet,
  clients: RawClients,
  watchers: readonly Person[],
): Promise<number | null> {
  const begun = performance.now();
  const mark = newId();
  const probing = setInterval(() => {
    const message = { id: newId(), roomId: BigInt(ROOM), userId: 1n, text: `after ${mark}`, sentAt: new Date() };
    // The server may not be ready for it yet; the next one comes soon.
    fleet.announce(events.chatPosted, message).catch(() => {});
  }, PROBE_EVERY_MS);
  try {
    return await untilTrue(begun, async () => {
      const newest = await Promise.all(watchers.map(({ id }) => clients.newest(id, 'chat.message')));
      return newest.every((data) => (data as { readonly text: string } | null)?.text === `after ${mark}`);
    });
  } finally {
    clearInterval(probing);
  }
}

/** @returns after how many ms an empty Redis knew everybody's presence again; null when not within half a minute */
export async function untilPresent(redisPort: number, inRooms: number): Promise<number | null> {
  const begun = performance.now();
  const redis = new Redis(redisPort, '127.0.0.1');
  try {
    return await untilTrue(begun, async () => (await redis.zcard('presence:rooms')) >= inRooms);
  } finally {
    redis.disconnect();
  }
}

async function untilTrue(begun: number, condition: () => Promise<boolean>): Promise<number | null> {
  while (performance.now() - begun < PATIENCE_MS) {
    if (await condition()) return Math.round(performance.now() - begun);
    await delay(LOOK_EVERY_MS);
  }
  return null;
}
