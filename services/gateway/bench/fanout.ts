/** What a delivered message costs the server and how late it is, under each load, for all three systems in turns. */
import { setTimeout as delay } from 'node:timers/promises';
import { medianOf, percentilesOf } from '@fanfare/testing/measure';
import { startRedis } from '@fanfare/testing/servers';
import { giftBodies, nowUs, stampOfBody } from './gift-message.ts';
import { LOADS, type Load, type LoadName } from './loads.ts';
import { assertComplete, type Scene } from './scene.ts';
import {
  type BySystem,
  cpuSecondsOf,
  SYSTEMS,
  type System,
  startGatewaySystem,
  startRedisAdapter,
  startSocketIo,
} from './systems.ts';

export interface Delay {
  readonly p50: number;
  readonly p99: number;
}

export interface FanoutFigures {
  /** Microseconds of the server's processes, without what they use when idle. */
  readonly cpuUs: number;
  /** Of NATS and Redis. */
  readonly busCpuUs: number;
  readonly deliveredPerSecond: number;
  /** How much of what was sent had arrived at the end of the window. */
  readonly share: number;
  /** Milliseconds from publishing to a socket. */
  readonly delay: Delay;
  /** The same, without what the bus took until a bare listener heard of it. */
  readonly added: Delay;
}

export type Fanout = Readonly<Record<LoadName, BySystem<FanoutFigures>>>;

export interface FanoutOptions {
  readonly scene: Scene;
  readonly seconds: number;
  readonly rounds: number;
  /** Divides the number of sockets, for a short form. */
  readonly smaller?: number;
}

/** New code is slow, and is compiled meanwhile. */
const WARM_UP_WINDOWS = 3;
/** Ticks, pings and the like come every few seconds. */
const IDLE_WINDOWS = 2;
const AT_ONCE = 50;
/** Somebody who cannot keep up has this long to finish. */
const FINISH_MS = 30_000;
/** Delays kept in a window, about. */
const SAMPLES = 20_000;

interface Ready {
  readonly system: System;
  /** CPU seconds in a second without any load. */
  readonly idle: number;
  /** Next number by room. */
  readonly numbers: Map<number, number>;
}

/** Loads with as many sockets share a room. */
const roomOf = ({ sockets }: Pick<Load, 'sockets'>): number => 100_000 + sockets;
const groupOf = ({ name }: System, load: Pick<Load, 'sockets'>): string => `${name} ${load.sockets}`;

export async function measureFanout(options: FanoutOptions): Promise<Fanout> {
  const { scene, seconds, rounds } = options;
  await using opened = new AsyncDisposableStack();
  const redis = await startRedis();
  opened.defer(redis.stop);
  const systems = await startSystems(options, redis, opened);
  const busPids = (system: System): readonly number[] =>
    system.name === 'redis_adapter' ? [scene.fleet.natsPid(), redis.pid] : [scene.fleet.natsPid()];
  const measured = new Map<string, FanoutFigures[]>();
  for (let round = 1; round <= rounds; round += 1) {
    for (const load of LOADS) {
      for (const ready of systems) {
        const window = { scene, ready, load, busPids: busPids(ready.system), sockets: socketsOf(options, load) };
        if (round === 1) await measureWindow({ ...window, seconds: seconds * WARM_UP_WINDOWS });
        const figures = await measureWindow({ ...window, seconds });
        const key = `${load.name} ${ready.system.name}`;
        measured.set(key, [...(measured.get(key) ?? []), figures]);
        scene.report(
          `round ${round} of ${rounds}: ${key} ${figures.cpuUs.toFixed(2)} us, p99 ${figures.delay.p99.toFixed(1)} ms, ${Math.round(figures.share * 100)}%`,
        );
      }
    }
  }
  const of = (load: LoadName): BySystem<FanoutFigures> =>
    Object.fromEntries(
      SYSTEMS.map((name) => [name, medians(measured.get(`${load} ${name}`) ?? [])]),
    ) as unknown as BySystem<FanoutFigures>;
  return Object.fromEntries(LOADS.map(({ name }) => [name, of(name)])) as unknown as Fanout;
}

const socketsOf = ({ smaller = 1 }: FanoutOptions, { sockets }: Load): number => Math.ceil(sockets / smaller);

/** All of them run all the time; who is not measured waits and uses next to nothing. */
async function startSystems(
  options: FanoutOptions,
  redis: Awaited<ReturnType<typeof startRedis>>,
  opened: AsyncDisposableStack,
): Promise<readonly Ready[]> {
  const { scene } = options;
  const systems: System[] = [];
  for (const start of [
    () => startGatewaySystem(scene.fleet),
    () => startSocketIo(scene.fleet),
    () => startRedisAdapter(scene.fleet, redis),
  ]) {
    const system = await start();
    opened.defer(system.stop);
    systems.push(system);
    await fill(options, system);
  }
  const idleSeconds = options.seconds * IDLE_WINDOWS;
  scene.report(`idle for ${idleSeconds} s`);
  await delay(idleSeconds * 250);
  const before = systems.map(cpuSecondsOf);
  await delay(idleSeconds * 1000);
  return systems.map((system, index) => ({
    system,
    idle: (cpuSecondsOf(system) - (before[index] ?? 0)) / idleSeconds,
    numbers: new Map(),
  }));
}

async function fill(options: FanoutOptions, system: System): Promise<void> {
  const { scene, seconds } = options;
  let user = 1;
  for (const load of new Map(LOADS.map((each) => [each.sockets, each])).values()) {
    const count = socketsOf(options, load);
    const clients = await Promise.all(Array.from({ length: count }, () => system.client(user++, roomOf(load))));
    const { ports, readyAt } = system;
    const sampleEvery = Math.max(
      1,
      Math.min(count, Math.ceil((count * 1500 * seconds) / SAMPLES / (load.sockets > 500 ? 15 : 1))),
    );
    await scene.load.connect({ group: groupOf(system, load), ports, readyAt, clients, atOnce: AT_ONCE, sampleEvery });
    scene.report(`${system.name}: ${count} sockets in a room`);
  }
}

interface Window {
  readonly scene: Scene;
  readonly ready: Ready;
  readonly load: Load;
  readonly busPids: readonly number[];
  readonly sockets: number;
  readonly seconds: number;
}

/** It ends when everybody has read everything, so that no work is left out. @throws when somebody has not */
async function measureWindow({ scene, ready, load, busPids, sockets, seconds }: Window): Promise<FanoutFigures> {
  const { system, idle, numbers } = ready;
  const [group, room] = [groupOf(system, load), roomOf(load)];
  const body = giftBodies();
  const heard = await hear(scene, system.subject(room));
  await scene.load.mark(group);
  const first = numbers.get(room) ?? 0;
  let next = first;
  const started = performance.now();
  const [cpu, busCpu] = [cpuSecondsOf(system), cpuSecondsOf({ pids: busPids })];
  await load.run(seconds, () => system.publish(room, body(next++)));
  numbers.set(room, next);
  const sent = next - first;
  const windowSeconds = (performance.now() - started) / 1000;
  const inWindow = await scene.load.tally(group);
  await scene.load.completed({ group, each: sent, timeoutMs: FINISH_MS });
  const elapsed = (performance.now() - started) / 1000;
  const used = cpuSecondsOf(system) - cpu - idle * elapsed;
  const busUsed = cpuSecondsOf({ pids: busPids }) - busCpu;
  await system.settled();
  heard.stop();
  const tally = await scene.load.tally(group);
  assertComplete(`${load.name}, ${system.name}`, tally, sent);
  const deliveries = sent * sockets;
  const delays = [...tally.delays].map((us) => us / 1000);
  const added = [...tally.numbers].map((n, index) => (delays[index] ?? 0) - (heard.delayUs(n) ?? 0) / 1000);
  return {
    cpuUs: (used * 1e6) / deliveries,
    busCpuUs: (busUsed * 1e6) / deliveries,
    deliveredPerSecond: inWindow.received / windowSeconds,
    share: inWindow.received / deliveries,
    delay: percentilesOf(delays),
    added: percentilesOf(added),
  };
}

/** A bare listener: how long the bus takes with each message. */
async function hear({ listener }: Scene, subject: string) {
  const delays = new Map<number, number>();
  const subscription = listener.subscribe(subject, {
    callback: (error, message) => {
      if (error !== null) return;
      const { n, at } = stampOfBody(message.data);
      delays.set(n, nowUs() - at);
    },
  });
  await listener.flush();
  return { delayUs: (n: number) => delays.get(n), stop: () => subscription.unsubscribe() };
}

function medians(windows: readonly FanoutFigures[]): FanoutFigures {
  const median = (value: (each: FanoutFigures) => number): number => medianOf(windows.map(value));
  const ofDelays = (which: 'delay' | 'added'): Delay => ({
    p50: median((each) => each[which].p50),
    p99: median((each) => each[which].p99),
  });
  return {
    cpuUs: median((each) => each.cpuUs),
    busCpuUs: median((each) => each.busCpuUs),
    deliveredPerSecond: median((each) => each.deliveredPerSecond),
    share: median((each) => each.share),
    delay: ofDelays('delay'),
    added: ofDelays('added'),
  };
}
