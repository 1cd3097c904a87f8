/** Clients in groups: what the process of the clients is asked to do with them. */
import { setTimeout as delay } from 'node:timers/promises';
import { RawClient, type Samples } from './raw-client.ts';

export interface ClientSpec {
  readonly auth: unknown;
  /** What it asks once it is in, or nothing. */
  readonly join: { readonly event: string; readonly payload: unknown } | null;
}

export interface ConnectOrder {
  readonly group: string;
  /** The servers, in turns. */
  readonly ports: readonly number[];
  readonly readyAt: string;
  readonly clients: readonly ClientSpec[];
  /** How many are on their way in at the same time. */
  readonly atOnce: number;
  /** How many of them keep the delays of what they read: every n-th. */
  readonly sampleEvery: number;
}

export interface Tally {
  readonly clients: number;
  readonly received: number;
  /** Of the client that has the fewest. */
  readonly least: number;
  readonly most: number;
  readonly disordered: number;
  readonly ended: number;
  readonly numbers: Uint32Array;
  readonly delays: Float64Array;
}

/** Where a client is, to come back to: of its own channel and of its room. */
export interface Place {
  readonly own: string | undefined;
  readonly room: string | undefined;
}

interface Group {
  readonly clients: RawClient[];
  /** By the index of the client that was ordered. */
  readonly places: readonly Place[];
  readonly samples: Samples;
}

/** Of the loopback net; 15,000 connections, and those that have just ended, do not fit into the ports of one. */
const ADDRESSES = Array.from({ length: 8 }, (_, index) => `127.0.0.${index + 1}`);
const LOOK_EVERY_MS = 2;

const groups = new Map<string, Group>();

export function groupOf(name: string): Group {
  const group = groups.get(name);
  if (group === undefined) throw new Error(`there is no group ${name}`);
  return group;
}

export interface Entered {
  readonly client: RawClient;
  readonly place: Place;
  /** Of its own channel and of its room, whether all that was missed has been or will be shown. */
  readonly recovered: readonly boolean[];
}

/** @throws when it is refused */
export async function enter(
  { ports, readyAt }: Pick<ConnectOrder, 'ports' | 'readyAt'>,
  { auth, join }: ClientSpec,
  index: number,
): Promise<Entered> {
  const port = ports[index % ports.length] ?? 0;
  const localAddress = ADDRESSES[index % ADDRESSES.length] ?? '127.0.0.1';
  const client = new RawClient({ port, localAddress, auth, readyAt });
  const session = sessionOf(await client.ready());
  const room = join === null ? {} : dataOf(await client.ask(join.event, join.payload));
  const recovered = [session, room].map((told) => told.recovered === true);
  return { client, place: { own: session.off, room: room.off }, recovered };
}

interface Told {
  readonly off?: string;
  readonly recovered?: boolean;
}

/** Plain Socket.IO tells nothing. */
const sessionOf = (text: string): Told => (text.startsWith('42[') ? JSON.parse(text.slice(2))[1] : {});

export function dataOf(answer: unknown): Told {
  const { ok, data } = (answer ?? {}) as { readonly ok?: boolean; readonly data?: Told };
  if (ok !== true) throw new Error(`refused: ${JSON.stringify(answer)}`);
  return data ?? {};
}

/** Each of `count` once, `atOnce` at a time. */
export async function each(count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
}

export async function connect(order: ConnectOrder): Promise<{ readonly seconds: number }> {
  const started = performance.now();
  const clients: RawClient[] = [];
  const places: Place[] = [];
  const samples: Samples = { numbers: [], delays: [] };
  await each(order.clients.length, order.atOnce, async (index) => {
    const spec = order.clients[index];
    if (spec === undefined) return;
    const { client, place } = await enter(order, spec, index);
    places[index] = place;
    if (index % order.sampleEvery === order.sampleEvery - 1) client.samples = samples;
    clients[index] = client;
  });
  groups.set(order.group, { clients, places, samples });
  return { seconds: (performance.now() - started) / 1000 };
}

export function mark(name: string): void {
  const { clients, samples } = groupOf(name);
  for (const client of clients) client.mark();
  samples.numbers.length = 0;
  samples.delays.length = 0;
}

export function tally(name: string): Tally {
  const { clients, samples } = groupOf(name);
  const counts = clients.map(({ received }) => received);
  return {
    clients: clients.length,
    received: counts.reduce((sum, count) => sum + count, 0),
    least: counts.reduce((least, count) => Math.min(least, count), Number.POSITIVE_INFINITY),
    most: counts.reduce((most, count) => Math.max(most, count), 0),
    disordered: clients.reduce((sum, { disordered }) => sum + disordered, 0),
    ended: clients.filter(({ hasEnded }) => hasEnded).length,
    numbers: Uint32Array.from(samples.numbers),
    delays: Float64Array.from(samples.delays),
  };
}

/** Resolves when every client has read so many since the mark, or to false after `timeoutMs`. */
export async function completed(order: { group: string; each: number; timeoutMs: number }): Promise<boolean> {
  const { clients } = groupOf(order.group);
  const deadline = performance.now() + order.timeoutMs;
  while (clients.some(({ received }) => received < order.each)) {
    if (performance.now() > deadline) return false;
    await delay(LOOK_EVERY_MS);
  }
  return true;
}

export function close(name: string): void {
  for (const client of groups.get(name)?.clients ?? []) client.destroy();
  groups.delete(name);
}

export function stall(name: string): void {
  for (const client of groupOf(name).clients) client.stall();
}
