/** What a connection weighs that does nothing, and what is left of many that have come and gone. */
import { setTimeout as delay } from 'node:timers/promises';
import { residentBytes } from '@fanfare/testing/measure';
import { type MemoryProbe, memoryProbe } from '../test/memory-probe.ts';
import { assertComplete, type Scene } from './scene.ts';
import { cpuSecondsOf, type System, startGatewaySystem, startSocketIo } from './systems.ts';

export interface Weight {
  /** KB of resident memory for each connection, over the process without any. */
  readonly settled: number;
  /** The same after garbage was collected. */
  readonly collected: number;
  /** KB of JavaScript objects for each. */
  readonly heap: number;
}

export interface Idle {
  /** How many were held at the same time; each another user. */
  readonly idle_connections: number;
  /** Of the gateway, as it is, without a collection of garbage. */
  readonly rss_kb_per_connection: number;
  readonly rss_kb: Readonly<Record<'fanfare' | 'socketio', Weight>>;
  readonly connects_per_second: number;
}

const WARM_UP = 1000;
const AT_ONCE = 64;

export interface IdleOptions {
  readonly scene: Scene;
  readonly connections: number;
  /** How long nothing happens before memory is looked at. */
  readonly settleMs: number;
}

export async function measureIdle(options: IdleOptions): Promise<Idle> {
  const { scene, connections } = options;
  const probe = memoryProbe();
  try {
    const ours = await weigh(options, probe, () =>
      startGatewaySystem(scene.fleet, { nodeName: 'idle', flags: probe.flags }),
    );
    const plain = await weigh(options, probe, () => startSocketIo(scene.fleet, probe.flags));
    return {
      idle_connections: connections,
      rss_kb_per_connection: ours.settled,
      rss_kb: { fanfare: weightOf(ours), socketio: weightOf(plain) },
      connects_per_second: Math.round(ours.perSecond),
    };
  } finally {
    probe.remove();
  }
}

const weightOf = ({ settled, collected, heap }: Weight): Weight => ({ settled, collected, heap });

/** @throws when a connection ends meanwhile */
async function weigh(
  { scene, connections, settleMs }: IdleOptions,
  probe: MemoryProbe,
  start: () => Promise<System>,
): Promise<Weight & { readonly perSecond: number }> {
  const system = await start();
  const [pid = 0] = system.pids;
  const group = `idle ${system.name}`;
  try {
    await connectAll(scene, system, group, Math.min(WARM_UP, connections));
    await scene.load.close(group);
    await delay(settleMs / 4);
    const { heapUsed: emptyHeap } = await probe.collected(pid);
    const empty = residentBytes(pid) ?? Number.NaN;
    const { seconds } = await connectAll(scene, system, group, connections);
    await delay(settleMs);
    assertComplete(group, await scene.load.tally(group), 0);
    const full = residentBytes(pid) ?? Number.NaN;
    const { heapUsed } = await probe.collected(pid);
    const collected = residentBytes(pid) ?? Number.NaN;
    const each = (bytes: number): number => (bytes - empty) / 1024 / connections;
    scene.report(`${system.name}: ${connections} connections, ${each(full).toFixed(1)} KB each`);
    const heap = (heapUsed - emptyHeap) / 1024 / connections;
    return { settled: each(full), collected: each(collected), heap, perSecond: connections / seconds };
  } finally {
    await scene.load.close(group);
    await system.stop();
  }
}

async function connectAll(scene: Scene, system: System, group: string, count: number): Promise<{ seconds: number }> {
  const clients = await Promise.all(Array.from({ length: count }, (_, index) => system.client(index + 1, null)));
  const { ports, readyAt } = system;
  return scene.load.connect({ group, ports, readyAt, clients, atOnce: AT_ONCE, sampleEvery: count + 1 });
}

export interface Cycles {
  readonly cycles: number;
  readonly per_second: number;
  /** Of the gateway. */
  readonly cpu_us_per_cycle: number;
  readonly heap_before_bytes: number;
  readonly heap_after_bytes: number;
  /** After garbage was collected, both times. */
  readonly heap_growth_percent: number;
}

const CYCLE_USERS = 1000;
const CYCLE_ROOMS = 100;
const WARM_UP_CYCLES = 5000;

export interface CyclesOptions extends Pick<IdleOptions, 'scene' | 'settleMs'> {
  readonly cycles: number;
}

export async function measureCycles({ scene, cycles, settleMs }: CyclesOptions): Promise<Cycles> {
  const probe = memoryProbe();
  await using opened = new AsyncDisposableStack();
  opened.defer(() => probe.remove());
  const system = await startGatewaySystem(scene.fleet, { nodeName: 'cycles', flags: probe.flags });
  opened.defer(system.stop);
  const users = Array.from({ length: CYCLE_USERS }, (_, index) => ({
    user: index + 1,
    room: (index % CYCLE_ROOMS) + 1,
  }));
  const clients = await Promise.all(users.map(({ user, room }) => system.client(user, room)));
  const leave = users.map(({ room }) => ({ event: 'room.leave', payload: { roomId: room } }));
  const { ports, readyAt } = system;
  const run = (count: number): Promise<number> =>
    scene.load.cycle({ ports, readyAt, clients, leave, count, atOnce: AT_ONCE });
  // Every user and every room once at least, so that what is kept for them is there before.
  await run(Math.min(cycles, WARM_UP_CYCLES));
  const heapUsed = async (): Promise<number> => {
    await delay(settleMs / 2);
    return (await probe.collected(system.pids[0] ?? 0)).heapUsed;
  };
  const before = await heapUsed();
  scene.report(`${cycles} times connect, join, leave`);
  const cpu = cpuSecondsOf(system);
  const seconds = await run(cycles);
  const used = cpuSecondsOf(system) - cpu;
  const after = await heapUsed();
  return {
    cycles,
    per_second: Math.round(cycles / seconds),
    cpu_us_per_cycle: (used * 1e6) / cycles,
    heap_before_bytes: before,
    heap_after_bytes: after,
    heap_growth_percent: (after / before - 1) * 100,
  };
}
