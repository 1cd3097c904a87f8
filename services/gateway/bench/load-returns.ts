/** Clients that come back: one after the other, all at once, or at a rate. */
import { setTimeout as delay } from 'node:timers/promises';
import { type ClientSpec, type ConnectOrder, dataOf, each, enter, groupOf } from './load-groups.ts';

const LEAVING_AT_ONCE = 64;

export interface ResumeOrder {
  readonly group: string;
  /** What each client of the group asks to join a room with. */
  readonly payloads: readonly unknown[];
  /** How many messages each has missed. */
  readonly missed: number;
}

export interface Resumed {
  readonly recovered: number;
  readonly milliseconds: number;
}

/** All of the group's clients at once, until the last has read what it missed. */
export async function resume({ group, payloads, missed }: ResumeOrder): Promise<Resumed> {
  const { clients } = groupOf(group);
  for (const client of clients) client.mark();
  const started = performance.now();
  const recovered = await Promise.all(
    clients.map(async (client, index) => {
      const told = dataOf(await client.ask('room.join', payloads[index]));
      if (told.recovered === true) await client.until(missed);
      return told.recovered === true;
    }),
  );
  return { recovered: recovered.filter(Boolean).length, milliseconds: performance.now() - started };
}

/** Each client of the group leaves its room. */
export async function leave({ group, rooms }: { group: string; rooms: readonly number[] }): Promise<void> {
  const { clients } = groupOf(group);
  await each(clients.length, LEAVING_AT_ONCE, async (index) => {
    dataOf(await clients[index]?.ask('room.leave', { roomId: rooms[index] }));
  });
}

export interface CycleOrder extends Pick<ConnectOrder, 'ports' | 'readyAt' | 'clients' | 'atOnce'> {
  readonly count: number;
  /** What each of the clients asks after it has joined. */
  readonly leave: readonly { readonly event: string; readonly payload: unknown }[];
}

/** Connect, join, leave, go; the clients in turns. @returns how many seconds it took */
export async function cycle({ clients, leave, count, atOnce, ...order }: CycleOrder): Promise<number> {
  const started = performance.now();
  await each(count, atOnce, async (index) => {
    const turn = index % clients.length;
    const [spec, asked] = [clients[turn], leave[turn]];
    if (spec === undefined || asked === undefined) return;
    const { client } = await enter(order, spec, index);
    dataOf(await client.ask(asked.event, asked.payload));
    await client.end();
  });
  return (performance.now() - started) / 1000;
}

export interface ReconnectOrder extends Pick<ConnectOrder, 'ports' | 'readyAt' | 'clients'> {
  /** Of clients whose server has gone. */
  readonly group: string;
  readonly perSecond: number;
}

export interface Reconnected {
  readonly clients: number;
  /** Own channel and room, both. */
  readonly recovered: number;
  /** Attempts that failed, after which a client came again: how many for which reason. */
  readonly failures: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** From connecting to being in the room again, attempts that failed included. */
  readonly milliseconds: Float64Array;
}

const ATTEMPTS = 20;
const RETRY_MS = 1000;

/** As clients do that do not get in: again, a moment later. */
async function insisting<T>(attempt: () => Promise<T>, failed: (reason: string) => void): Promise<T> {
  for (let left = ATTEMPTS; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      failed(error instanceof Error ? error.message : String(error));
    }
    await delay(RETRY_MS * (0.5 + Math.random() / 2));
  }
}

/** Each comes back with the positions it had. They stay until the group is closed. */
export async function reconnect({ group, clients, perSecond, ...order }: ReconnectOrder): Promise<Reconnected> {
  const gone = groupOf(group);
  const took = new Float64Array(clients.length);
  const failures: Record<string, number> = {};
  let recovered = 0;
  const comeBack = async (spec: ClientSpec, index: number): Promise<void> => {
    const begun = performance.now();
    const place = gone.places[index];
    const auth = { ...(spec.auth as object), off: place?.own };
    const join = spec.join && { ...spec.join, payload: { ...(spec.join.payload as object), off: place?.room } };
    const failed = (reason: string): void => {
      failures[reason] = (failures[reason] ?? 0) + 1;
    };
    const entered = await insisting(() => enter(order, { auth, join }, index), failed);
    gone.clients[index] = entered.client;
    if (entered.recovered.every(Boolean)) recovered += 1;
    took[index] = performance.now() - begun;
  };
  const started = performance.now();
  const all: Promise<void>[] = [];
  while (all.length < clients.length) {
    const due = Math.min(clients.length, Math.floor(((performance.now() - started) * perSecond) / 1000));
    for (const spec of clients.slice(all.length, due)) all.push(comeBack(spec, all.length));
    await delay(1);
  }
  await Promise.all(all);
  const seconds = (performance.now() - started) / 1000;
  return { clients: clients.length, recovered, failures, seconds, milliseconds: took };
}
