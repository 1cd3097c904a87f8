/**
 * Messages that carry a number of their own channel's, 1, 2, 3, ...: chat of rooms on the way of every domain event,
 * through a translator, and messages of users written on their channels directly. Whoever was shown all of them, each
 * once and in order, has seen them count.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { events } from '@fanfare/contracts';
import { newId } from '@fanfare/kit';
import type { Fleet } from './gateway-fleet.ts';
import { preciseNow } from './raw-tally.ts';

export interface NumberedLoad {
  /** The last number acknowledged on each channel. */
  readonly acked: () => ReadonlyMap<string, number>;
  /** Ends once what was under way has been acknowledged. */
  readonly stop: () => Promise<void>;
}

export interface LoadOptions {
  readonly rooms: readonly number[];
  /** Whose own channels are written on. */
  readonly users: readonly number[];
  /** On rooms, and on users' channels, each. */
  readonly perSecond: number;
}

const RETRY_MS = 100;
const SENDER = 1n;

/** A message that is refused or not acknowledged is sent again under its own id, until it is. */
export function startNumberedLoad(fleet: Fleet, { rooms, users, perSecond }: LoadOptions): NumberedLoad {
  const acked = new Map<string, number>();
  let running = true;

  async function say(roomId: number, number: number): Promise<void> {
    const id = newId();
    const message = { id, roomId: BigInt(roomId), userId: SENDER, text: String(number), sentAt: new Date() };
    await insist(() => fleet.announce(events.chatPosted, message, { id }));
  }

  async function notify(userId: number, n: number): Promise<void> {
    await fleet.emit(`user.${userId}`, 'notification', { n, at: preciseNow() });
  }

  async function keepOn(
    kind: 'room' | 'user',
    ids: readonly number[],
    publish: (id: number, number: number) => Promise<void>,
  ): Promise<void> {
    const begun = performance.now();
    for (let round = 0; running && ids.length > 0; round += 1) {
      const id = ids[round % ids.length] ?? 0;
      const channel = `${kind}.${id}`;
      const number = (acked.get(channel) ?? 0) + 1;
      await publish(id, number);
      acked.set(channel, number);
      // Of what was missed while publishing took longer nothing is made up for.
      const slot = begun + (Math.floor(((performance.now() - begun) * perSecond) / 1000) + 1) * (1000 / perSecond);
      await delay(Math.max(1, slot - performance.now()));
    }
  }

  const done = Promise.all([keepOn('room', rooms, say), keepOn('user', users, notify)]);
  // Heard of at the stop.
  done.catch(() => {});
  return {
    acked: () => acked,
    stop: async () => {
      running = false;
      await done;
    },
  };
}

async function insist(publish: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await publish();
      return;
    } catch {
      // No stream, no server, or no answer in time: what matters is that the same id is tried again.
      await delay(RETRY_MS);
    }
  }
}
