/** Clients that behave, in a room where something happens all the time: whatever others do, they must not notice. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from '../../test/gateway-fleet.ts';
import { connectClient, type TestClient } from '../../test/test-client.ts';

export interface Bystanders {
  readonly count: number;
  /** Stops the stream, waits for its end to arrive, and says who missed or doubled something or was sent away. */
  readonly finish: () => Promise<BystanderReport>;
}

export interface BystanderReport {
  /** Messages each of them got. */
  readonly messages: number;
  /** From publishing to receiving, ms; the senders of garbage run in the same process. */
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
  readonly problems: readonly string[];
}

const FIRST_USER = 101;
const ARRIVE_MOST_MS = 10_000;

export async function standBy(
  fleet: Fleet,
  port: number,
  room: number,
  count: number,
  everyMs: number,
): Promise<Bystanders> {
  const problems: string[] = [];
  const delays: number[] = [];
  const clients: { readonly client: TestClient; next: number }[] = [];
  for (let user = FIRST_USER; user < FIRST_USER + count; user += 1) {
    const client = await connectClient(port, { token: await fleet.accessToken(user), v: 1 });
    const one = { client, next: 0 };
    // It keeps all it is shown, which is much.
    client.socket.offAny();
    client.socket.on('disconnect', (reason) => problems.push(`bystander ${user} was sent away: ${reason}`));
    client.socket.on('chat.message', ({ id, text }: { readonly id: string; readonly text: string }) => {
      const n = Number(id);
      delays.push(performance.now() - Number(text));
      if (n !== one.next && problems.length < 100) problems.push(`bystander ${user} got ${n} instead of ${one.next}`);
      one.next = n + 1;
    });
    const token = await fleet.roomToken(BigInt(user), room);
    const { ok } = await client.ask('room.join', { token });
    if (ok !== true) throw new Error(`bystander ${user} could not enter the room`);
    clients.push(one);
  }

  let sent = 0;
  let isOver = false;
  const stream = (async () => {
    while (!isOver) {
      await fleet.emit(`room.${room}`, 'chat.message', message(room, sent));
      sent += 1;
      await delay(everyMs);
    }
  })();

  return {
    count,
    finish: async () => {
      isOver = true;
      await stream;
      const deadline = performance.now() + ARRIVE_MOST_MS;
      while (clients.some(({ next }) => next !== sent) && performance.now() < deadline) await delay(20);
      for (const { next } of clients) if (next !== sent) problems.push(`a bystander got ${next} of ${sent} messages`);
      for (const { client } of clients) {
        client.socket.removeAllListeners('disconnect');
        client.socket.disconnect();
      }
      delays.sort((a, b) => a - b);
      const at = (share: number): number =>
        Math.round((delays[Math.floor((delays.length - 1) * share)] ?? 0) * 10) / 10;
      return { messages: sent, delayP99Ms: at(0.99), delayMaxMs: at(1), problems };
    },
  };
}

/** Its text is the time. */
const message = (room: number, n: number) => ({
  id: String(n),
  room_id: room,
  user_id: FIRST_USER,
  text: String(performance.now()),
  sent_at: new Date().toISOString(),
});
