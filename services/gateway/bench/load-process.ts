/** The clients of a load, in a process of their own: `node load-process.ts`, forked. See child-calls.ts. */
import { setTimeout as delay } from 'node:timers/promises';
import { answerCalls } from './child-calls.ts';
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

interface Group {
  readonly clients: readonly RawClient[];
  readonly samples: Samples;
}

/** Of the loopback net; 15,000 connections and more do not fit into the ports of one. */
const ADDRESSES = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4'];
const LOOK_EVERY_MS = 2;

const groups = new Map<string, Group>();

function groupOf(name: string): Group {
  const group = groups.get(name);
  if (group === undefined) throw new Error(`there is no group ${name}`);
  return group;
}

export async function enter(
  order: Pick<ConnectOrder, 'ports' | 'readyAt'>,
  spec: ClientSpec,
  index: number,
): Promise<RawClient> {
  const port = order.ports[index % order.ports.length] ?? 0;
  const localAddress = ADDRESSES[index % ADDRESSES.length] ?? '127.0.0.1';
  const client = new RawClient({ port, localAddress, auth: spec.auth, readyAt: order.readyAt });
  await client.ready();
  if (spec.join !== null) assertOk(await client.ask(spec.join.event, spec.join.payload));
  return client;
}

function assertOk(answer: unknown): void {
  const { ok } = (answer ?? {}) as { readonly ok?: boolean };
  if (ok !== true) throw new Error(`refused: ${JSON.stringify(answer)}`);
}

/** Each of `count` once, `atOnce` at a time. */
async function each(count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
}

async function connect(order: ConnectOrder): Promise<{ readonly seconds: number }> {
  const started = performance.now();
  const clients: RawClient[] = [];
  const samples: Samples = { numbers: [], delays: [] };
  await each(order.clients.length, order.atOnce, async (index) => {
    const spec = order.clients[index];
    if (spec === undefined) return;
    const client = await enter(order, spec, index);
    if (index % order.sampleEvery === order.sampleEvery - 1) client.samples = samples;
    clients.push(client);
  });
  groups.set(order.group, { clients, samples });
  return { seconds: (performance.now() - started) / 1000 };
}

function mark(name: string): void {
  const { clients, samples } = groupOf(name);
  for (const client of clients) client.mark();
  samples.numbers.length = 0;
  samples.delays.length = 0;
}

function tally(name: string): Tally {
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
async function completed(order: { group: string; each: number; timeoutMs: number }): Promise<boolean> {
  const { clients } = groupOf(order.group);
  const deadline = performance.now() + order.timeoutMs;
  while (clients.some(({ received }) => received < order.each)) {
    if (performance.now() > deadline) return false;
    await delay(LOOK_EVERY_MS);
  }
  return true;
}

function close(name: string): void {
  for (const client of groups.get(name)?.clients ?? []) client.destroy();
  groups.delete(name);
}

function stall(name: string): void {
  for (const client of groupOf(name).clients) client.stall();
}

const methods = { connect, mark, tally, completed, close, stall };
export type LoadMethods = typeof methods;

answerCalls(methods);
