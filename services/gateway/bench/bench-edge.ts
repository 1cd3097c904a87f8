/**
 * `./fanfare bench edge`: what a delivered message costs, how late it is, what a connection weighs, what a stalled client
 * does to the others and what a reconnect costs, beside plain Socket.IO. All of it on private servers.
 */
import { createRequire } from 'node:module';
import { type Machine, machineOf } from '@fanfare/testing/measure';
import { type Fanout, type FanoutFigures, measureFanout } from './fanout.ts';
import { type Cycles, type Idle, measureCycles, measureIdle } from './idle.ts';
import type { LoadName } from './loads.ts';
import { measureRecovery, type RecoveryResult } from './recovery.ts';
import { openScene, type Scene } from './scene.ts';
import { measureSlow, type SlowClients } from './slow.ts';
import { type BySystem, SYSTEMS, type SystemName } from './systems.ts';

export const EDGE_PARTS = ['fanout', 'slow', 'idle', 'recovery'] as const;
export type EdgePart = (typeof EDGE_PARTS)[number];

export interface EdgeBenchOptions {
  /** Of each measured window of the fan-out. */
  readonly seconds: number;
  readonly parts: ReadonlySet<EdgePart>;
  /** How many are idle. */
  readonly connections: number;
  /** How often somebody connects, joins, leaves and goes. */
  readonly cycles: number;
  readonly report: (line: string) => void;
  /** How often each window is measured, in turns with the baselines. */
  readonly rounds?: number;
  /** Divides the numbers of sockets, for a short form. */
  readonly smaller?: number;
}

type Kind = 'burst' | 'steady' | 'single';
type ByKind<T> = Readonly<Record<Kind, T>>;
type ByLoad<T> = Readonly<Record<LoadName, T>>;

/** Microseconds of CPU, medians of the rounds. `steady` is the room in which the advantage is smaller. */
export interface FanoutResult {
  readonly cpu_us_per_delivery: ByKind<BySystem<number>> & { readonly rooms: ByLoad<BySystem<number>> };
  readonly ratio_to_socketio: ByKind<number> & { readonly rooms: ByLoad<number> };
  /** Of the gateway, in the busiest load: 1,500 messages a second to a room of 200. */
  readonly delivered_per_second: number;
  /** From publishing to a socket. */
  readonly delay_ms: ByLoad<BySystem<FanoutFigures['delay']>>;
  /** Without what the bus alone takes. */
  readonly added_delay_ms: ByLoad<BySystem<FanoutFigures['added']>>;
  /** How much of what was sent had arrived when the last was sent. */
  readonly delivered_share: ByLoad<BySystem<number>>;
  /** NATS and Redis. */
  readonly bus_cpu_us_per_delivery: ByLoad<BySystem<number>>;
}

type Measured<T> = { readonly [K in keyof T]: T[K] | null };

/** What was not asked for, or could not be measured, is null. */
export interface EdgeBench extends Measured<FanoutResult & Idle> {
  readonly hardware: Machine & { readonly nats: string; readonly socketio: string };
  readonly method: readonly string[];
  readonly slow_clients: SlowClients | null;
  readonly cycles: Cycles | null;
  readonly recovery: RecoveryResult | null;
  /** Why something that was asked for is null. */
  readonly problems: readonly string[];
}

const ROUNDS = 3;
const SLOW_CLIENTS = 100;
/** Their windows are longer: a p99 of 250 messages a second needs some. */
const SLOW_WINDOWS = 3;
/** What a process lets go of by itself it has let go of by then. */
const SETTLE_MS = 5000;

/** What is and what is not in the figures. */
const METHOD = [
  'one message: gift.sent, 330 bytes of data as JSON, published by another process; every socket must have read every message, in order',
  'a baseline takes the same messages from the same NATS by a core subscription, io.to(room).emit(...); no history, no recovery, no authorisation; redis_adapter: half of the sockets on each of 2 nodes, both counted',
  'CPU: user and system time of the server processes until the last socket has read, less what they use when idle; NATS and Redis apart; the kernel charges loopback delivery to the sender',
  'burst: 10 messages at once to 1,000 sockets every 250 ms; steady: 1,500 messages/s to a room of 50 and to one of 200, the worse ratio counts; single: a message to 1,000 sockets every 150 ms, to 50 every 60 ms',
  'the systems in turns, medians of the rounds, each warmed up with three times its window',
  "delay: from publishing to reading in the clients' process, which shares the cores; added: less what a bare listener on the bus saw of the same message; a share below 100% is what had arrived when the last message was sent",
  'slow clients: stop reading while 250 messages/s of 4.4 KB come; growth of resident memory until the last is cut, p99 of 50 others in the room until then against that of the same room when all read; the worst, for delays the median, of the rounds',
  'idle: each another user with the headers of a browser, authenticated, in no room; resident memory 5 s after the last has come, without any collection of garbage, over that of the process when 1,000 had come and gone; cycles: heap after a collection, before and after',
  'recovery: from room.join to the last of the missed messages, by a client that is connected; storm: from connecting to the answer of room.join, on another gateway after kill -9 of the first; calls: what the gateway asked the services meanwhile, none of which keeps anything in memory',
];

export async function benchEdge(options: EdgeBenchOptions): Promise<EdgeBench> {
  await using opened = new AsyncDisposableStack();
  const scene = await openScene(opened, options.report);
  const { parts, smaller = 1, seconds, connections, cycles } = options;
  const settleMs = Math.min(SETTLE_MS, (seconds * SETTLE_MS) / 2);
  const slowOptions = {
    scene,
    seconds: seconds * SLOW_WINDOWS,
    clients: Math.ceil(SLOW_CLIENTS / smaller),
    rounds: options.rounds ?? ROUNDS,
  };
  const problems: string[] = [];
  /** What cannot be measured takes nothing else with it. */
  const part = async <T>(name: EdgePart, measure: () => Promise<T>): Promise<T | null> => {
    if (!parts.has(name)) return null;
    return measure().catch((error: unknown) => {
      problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    });
  };
  const fanout = await part('fanout', () => fanoutOf(scene, options));
  const slow_clients = await part('slow', () => measureSlow(slowOptions));
  const recovery = await part('recovery', () => measureRecovery({ scene, smaller }));
  const idle = await part('idle', () => measureIdle({ scene, connections, settleMs }));
  const cycled = await part('idle', () => measureCycles({ scene, cycles, settleMs }));
  return {
    hardware: {
      ...machineOf(),
      nats: scene.fleet.bus.connection.info?.version ?? 'unknown',
      socketio: socketIoVersion(),
    },
    method: METHOD,
    ...(fanout ?? NO_FANOUT),
    slow_clients,
    recovery,
    ...(idle ?? NO_IDLE),
    cycles: cycled,
    problems,
  };
}

const NO_IDLE: Measured<Idle> = {
  idle_connections: null,
  rss_kb_per_connection: null,
  rss_kb: null,
  connects_per_second: null,
};

const NO_FANOUT: Measured<FanoutResult> = {
  cpu_us_per_delivery: null,
  ratio_to_socketio: null,
  delivered_per_second: null,
  delay_ms: null,
  added_delay_ms: null,
  delivered_share: null,
  bus_cpu_us_per_delivery: null,
};

async function fanoutOf(
  scene: Scene,
  { seconds, rounds = ROUNDS, smaller = 1 }: EdgeBenchOptions,
): Promise<FanoutResult> {
  return fanoutResult(await measureFanout({ scene, seconds, rounds, smaller }));
}

/** Pure. */
export function fanoutResult(fanout: Fanout): FanoutResult {
  const byLoad = <T>(value: (figures: FanoutFigures) => T): ByLoad<BySystem<T>> =>
    mapped(fanout, (load) => mapped(load, value));
  const cpu = byLoad(({ cpuUs }) => cpuUs);
  const ratios = mapped(cpu, ({ fanfare, socketio }) => socketio / fanfare);
  const steady = ratios.steady_50 < ratios.steady_200 ? 'steady_50' : 'steady_200';
  const byKind = <T>(of: ByLoad<T>): ByKind<T> => ({ burst: of.burst, steady: of[steady], single: of.single });
  return {
    cpu_us_per_delivery: { ...byKind(cpu), rooms: cpu },
    ratio_to_socketio: { ...byKind(ratios), rooms: ratios },
    delivered_per_second: Math.round(fanout.steady_200.fanfare.deliveredPerSecond),
    delay_ms: byLoad(({ delay }) => delay),
    added_delay_ms: byLoad(({ added }) => added),
    delivered_share: byLoad(({ share }) => share),
    bus_cpu_us_per_delivery: byLoad(({ busCpuUs }) => busCpuUs),
  };
}

function mapped<K extends string, T, U>(record: Readonly<Record<K, T>>, value: (of: T) => U): Readonly<Record<K, U>> {
  const entries = Object.entries(record) as [K, T][];
  return Object.fromEntries(entries.map(([key, of]) => [key, value(of)])) as Readonly<Record<K, U>>;
}

const socketIoVersion = (): string =>
  (createRequire(import.meta.url)('socket.io/package.json') as { readonly version: string }).version;

export { SYSTEMS, type SystemName };
