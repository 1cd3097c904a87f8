/** What coming back costs: one client while others publish, a thousand at once, ten thousand in ten seconds. */
import { newId, silentLogger } from '@fanfare/kit';
import { medianOf, type Percentiles, percentilesOf } from '@fanfare/testing/measure';
import { jetstream } from '@nats-io/jetstream';
import { edgeConnection } from '../src/edge/connection.ts';
import { history } from '../src/edge/history.ts';
import { encodePosition, type Position } from '../src/edge/position.ts';
import { recovery } from '../src/edge/recovery.ts';
import { storedSubject } from '../src/edge/subjects.ts';
import type { Fleet } from '../test/gateway-fleet.ts';
import { giftBodies } from './gift-message.ts';
import { steady } from './loads.ts';
import type { Scene } from './scene.ts';
import { cpuSecondsOf, type GatewaySystem, roomTokenOf, startGatewaySystem } from './systems.ts';

export interface RecoveryResult {
  /** One client that missed 5 messages, while others publish 2,000 a second: from asking to the last of them. */
  readonly one: Percentiles & {
    readonly missed: number;
    /** What one such read received from NATS: answers and messages. */
    readonly messages_read: number;
    readonly read_p50_ms: number;
  };
  readonly at_once: {
    readonly clients: number;
    readonly channels: number;
    readonly recovered: number;
    readonly ms: number;
  };
  readonly storm: Storm;
}

export interface Storm extends Percentiles {
  readonly clients: number;
  readonly per_second: number;
  /** Of own channel and room, both. */
  readonly recovered: number;
  /** Attempts that failed, by reason; those clients came again within a second. */
  readonly failures: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Of the gateway, for each that came back. */
  readonly cpu_us_per_reconnect: number;
  /** What the gateway asked the services, each of which would ask PostgreSQL. */
  readonly calls: Readonly<Record<string, number>>;
}

export interface RecoveryOptions {
  readonly scene: Scene;
  /** Divides the number of clients, for a short form. */
  readonly smaller?: number;
}

const MISSED = 5;
const READS = 50;
const OTHERS_PER_SECOND = 2000;
const OTHER_ROOMS = 20;
const AT_ONCE_CLIENTS = 1000;
const CHANNELS = 200;
const STORM_CLIENTS = 10_000;
const STORM_PER_SECOND = 1000;
const ENTERING_AT_ONCE = 64;
const FIRST_USER = 1;

export async function measureRecovery({ scene, smaller = 1 }: RecoveryOptions): Promise<RecoveryResult> {
  const system = await startGatewaySystem(scene.fleet, { nodeName: 'recovery' });
  try {
    scene.report(`${READS} times ${MISSED} messages, while others publish`);
    const one = await whileOthersPublish(system, () => measureOne(scene, system));
    scene.report('many at once');
    const at_once = await measureAtOnce(
      scene,
      system,
      Math.ceil(AT_ONCE_CLIENTS / smaller),
      Math.ceil(CHANNELS / smaller),
    );
    const storm = await measureStorm(scene, system, Math.ceil(STORM_CLIENTS / smaller));
    return { one, at_once, storm };
  } finally {
    await system.stop();
  }
}

/** Publishes gifts to a room, and keeps its count. */
function roomPublisher({ bus }: Fleet, room: number) {
  const stream = jetstream(bus.connection);
  const body = giftBodies();
  let next = 0;
  return async (): Promise<Position> => {
    const id = newId();
    const { seq } = await stream.publish(storedSubject(`room.${room}`), body(next++), { msgID: id });
    return { seq, id };
  };
}

/** @returns the position before */
async function publishMissed(publish: () => Promise<Position>): Promise<Position> {
  const position = await publish();
  for (let count = 0; count < MISSED; count += 1) await publish();
  return position;
}

async function whileOthersPublish<T>(system: GatewaySystem, work: () => Promise<T>): Promise<T> {
  const body = giftBodies();
  let [working, sent] = [true, 0];
  const send = (): void => system.publish(900_000 + (sent % OTHER_ROOMS), body(sent++));
  const others = (async () => {
    while (working) await steady(OTHERS_PER_SECOND)(0.25, send);
  })();
  try {
    return await work();
  } finally {
    working = false;
    await others;
    await system.settled();
  }
}

async function measureOne(scene: Scene, system: GatewaySystem): Promise<RecoveryResult['one']> {
  const [room, group] = [31, 'one'];
  const publish = roomPublisher(scene.fleet, room);
  await enter(scene, system, group, [null]);
  const token = await roomTokenOf(scene.fleet, FIRST_USER, room);
  const took: number[] = [];
  const positions: Position[] = [];
  for (let read = 0; read < READS; read += 1) {
    // The room is entered anew each time: with this join the stay before it has ended.
    const position = await publishMissed(publish);
    positions.push(position);
    const payloads = [{ token, off: encodePosition(position) }];
    const { recovered, milliseconds } = await scene.load.resume({ group, payloads, missed: MISSED });
    if (recovered !== 1) throw new Error('a client that missed 5 messages was not given them');
    if (read > 0) took.push(milliseconds);
    await scene.load.leave({ group, rooms: [room] });
  }
  await scene.load.close(group);
  return { ...percentilesOf(took), missed: MISSED, ...(await measureReads(scene.fleet, room, positions)) };
}

/** The reads alone, on a connection of their own, whose messages NATS counts. */
async function measureReads({ natsPort }: Fleet, room: number, positions: readonly Position[]) {
  const connection = edgeConnection({ url: `nats://127.0.0.1:${natsPort}`, name: 'reads', log: silentLogger });
  await connection.start?.();
  try {
    const generation = connection.current();
    if (generation === null) throw new Error('no connection to read on');
    const stored = history(generation, false);
    const { after } = recovery({ history: stored, witnessAgeMostMs: Number.POSITIVE_INFINITY, now: Date.now });
    const [took, read]: [number[], number[]] = [[], []];
    // All but the last have more than that behind them.
    const position = positions.at(-1);
    for (let count = 0; position !== undefined && count < READS; count += 1) {
      const [before, started] = [generation.connection.stats().inMsgs, performance.now()];
      const replay = await after(`room.${room}`, position);
      took.push(performance.now() - started);
      read.push(generation.connection.stats().inMsgs - before);
      if (replay?.records.length !== MISSED) throw new Error('a read did not find what was missed');
    }
    return { messages_read: Math.max(...read), read_p50_ms: medianOf(took) };
  } finally {
    await connection.stop?.();
  }
}

/** Everybody is connected and asks for its room in the same moment. */
async function measureAtOnce(
  scene: Scene,
  system: GatewaySystem,
  clients: number,
  channels: number,
): Promise<RecoveryResult['at_once']> {
  const group = 'at once';
  const rooms = Array.from({ length: channels }, (_, index) => 1000 + index);
  const publishers = rooms.map((room) => roomPublisher(scene.fleet, room));
  const placed = Array.from({ length: clients }, (_, index) => rooms[index % channels] ?? 0);
  // A stay of theirs has to be known, as that of anybody who comes back is.
  await enter(scene, system, group, placed);
  const took: number[] = [];
  let recovered = clients;
  for (let round = 0; round < 3; round += 1) {
    await scene.load.leave({ group, rooms: placed });
    const positions = await Promise.all(publishers.map(publishMissed));
    const payloads = await Promise.all(
      placed.map(async (room, index) => ({
        token: await roomTokenOf(scene.fleet, FIRST_USER + index, room),
        off: encodePosition(positions[index % channels] ?? { seq: 0, id: '' }),
      })),
    );
    const resumed = await scene.load.resume({ group, payloads, missed: MISSED });
    took.push(resumed.milliseconds);
    recovered = Math.min(recovered, resumed.recovered);
  }
  await scene.load.close(group);
  return { clients, channels, recovered, ms: medianOf(took) };
}

/** A gateway dies and its clients come to another one, each with the positions it had. */
async function measureStorm(scene: Scene, system: GatewaySystem, clients: number): Promise<Storm> {
  const group = 'storm';
  const dying = await startGatewaySystem(scene.fleet, { nodeName: 'dying' });
  scene.report(`${clients} clients come to a gateway`);
  const rooms = Array.from({ length: clients }, (_, index) => 2000 + (index % CHANNELS));
  await enter(scene, dying, group, rooms);
  const specs = await Promise.all(rooms.map((room, index) => system.client(FIRST_USER + index, room)));
  scene.report('it is killed, and they come back to another one');
  await dying.gateway.kill();
  const counted = countCalls(scene.fleet);
  const { ports, readyAt } = system;
  const perSecond = STORM_PER_SECOND;
  const before = cpuSecondsOf(system);
  const { milliseconds, ...storm } = await scene.load.reconnect({ group, ports, readyAt, clients: specs, perSecond });
  const calls = counted.stop();
  const cpu_us_per_reconnect = ((cpuSecondsOf(system) - before) * 1e6) / clients;
  await scene.load.close(group);
  return { ...storm, per_second: perSecond, cpu_us_per_reconnect, calls, ...percentilesOf([...milliseconds]) };
}

/** Clients of users of their own, each in the room given, or in none. */
async function enter(
  scene: Scene,
  system: GatewaySystem,
  group: string,
  rooms: readonly (number | null)[],
): Promise<void> {
  const clients = await Promise.all(rooms.map((room, index) => system.client(FIRST_USER + index, room)));
  const { ports, readyAt } = system;
  await scene.load.connect({ group, ports, readyAt, clients, atOnce: ENTERING_AT_ONCE, sampleEvery: rooms.length + 1 });
}

/** Every call of every service, whether anybody answers it or not. */
function countCalls({ peers }: Fleet) {
  const calls: Record<string, number> = {};
  const answering = { ...peers };
  const counting = <T extends object>(service: string, handlers: T): T =>
    new Proxy(handlers, {
      get: (target, method) => {
        const name = `${service}.${String(method)}`;
        calls[name] = (calls[name] ?? 0) + 1;
        return Reflect.get(target, method);
      },
    });
  peers.identity = counting('identity', answering.identity);
  peers.economy = counting('economy', answering.economy);
  peers.gifting = counting('gifting', answering.gifting);
  peers.rooms = counting('rooms', answering.rooms);
  return {
    stop: () => {
      Object.assign(peers, answering);
      return calls;
    },
  };
}
