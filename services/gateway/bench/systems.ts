/** The three that are measured: the gateway, plain Socket.IO, and Socket.IO with its Redis adapter on two nodes. */
import { fileURLToPath } from 'node:url';
import { EDGE_IN, EDGE_OUT } from '@fanfare/contracts';
import { newId } from '@fanfare/kit';
import { processCpuSeconds } from '@fanfare/testing/measure';
import type { RunningServer } from '@fanfare/testing/servers';
import { jetstream } from '@nats-io/jetstream';
import type { Fleet } from '../test/gateway-fleet.ts';
import type { GatewayProcess } from '../test/gateway-process.ts';
import { startChild } from './child-calls.ts';
import type { ClientSpec } from './load-groups.ts';
import type { PlainMethods } from './plain-socketio.ts';

export const SYSTEMS = ['fanfare', 'socketio', 'redis_adapter'] as const;
export type SystemName = (typeof SYSTEMS)[number];
export type BySystem<T> = Readonly<Record<SystemName, T>>;

export interface System {
  readonly name: SystemName;
  readonly pids: readonly number[];
  readonly ports: readonly number[];
  /** With what a server's text begins after which a client is in. */
  readonly readyAt: string;
  /** A client of a user of its own, in a room unless that is null. */
  readonly client: (user: number, room: number | null) => Promise<ClientSpec>;
  /** Does not wait; `settled` tells what went wrong. */
  readonly publish: (room: number, body: string) => void;
  /** Resolves when the bus has taken all that was published. */
  readonly settled: () => Promise<void>;
  /** Where a server hears of a room's messages. */
  readonly subject: (room: number) => string;
  readonly stop: () => Promise<void>;
}

const PLAIN = fileURLToPath(new URL('plain-socketio.ts', import.meta.url));
/** Longer ago than any position that is resumed. */
const STAY_BEGAN_MS = 3_600_000;

export interface GatewaySystem extends System {
  readonly gateway: GatewayProcess;
}

export interface GatewaySystemOptions {
  readonly nodeName?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

export async function startGatewaySystem(fleet: Fleet, options: GatewaySystemOptions = {}): Promise<GatewaySystem> {
  const gateway = await fleet.start({ nodeName: 'bench', ...options });
  const stream = jetstream(fleet.bus.connection);
  const pending = new Set<Promise<unknown>>();
  let failure: unknown = null;
  return {
    gateway,
    name: 'fanfare',
    pids: [gateway.pid],
    ports: [gateway.httpPort],
    readyAt: '42["session"',
    client: async (user, room) => ({
      auth: { token: await fleet.accessToken(user), v: 1 },
      join: room === null ? null : { event: 'room.join', payload: { token: await roomTokenOf(fleet, user, room) } },
    }),
    publish: (room, body) => {
      const published = stream
        .publish(`${EDGE_IN}.room.${room}`, body, { msgID: newId() })
        .catch((error: unknown) => {
          failure = error;
        })
        .finally(() => pending.delete(published));
      pending.add(published);
    },
    settled: async () => {
      await Promise.all(pending);
      if (failure !== null) throw failure;
    },
    subject: (room) => `${EDGE_OUT}.room.${room}`,
    stop: gateway.stop,
  };
}

export const roomTokenOf = (fleet: Fleet, user: number, room: number): Promise<string> =>
  fleet.roomToken(BigInt(user), room, new Date(Date.now() - STAY_BEGAN_MS));

export const startSocketIo = (fleet: Fleet, flags: readonly string[] = []): Promise<System> =>
  startPlain('socketio', fleet, [['-']], flags);

/** A message enters at the first node and reaches the other one through Redis. */
export const startRedisAdapter = (fleet: Fleet, redis: RunningServer): Promise<System> =>
  startPlain('redis_adapter', fleet, [[redis.url], [redis.url]], []);

async function startPlain(
  name: 'socketio' | 'redis_adapter',
  fleet: Fleet,
  nodes: readonly (readonly [redisUrl: string])[],
  flags: readonly string[],
): Promise<System> {
  const url = `nats://127.0.0.1:${fleet.natsPort}`;
  const rooms = `plain.${name}.room.`;
  const children = await Promise.all(
    nodes.map(([redisUrl], index) =>
      startChild<PlainMethods>(PLAIN, [rooms, index === 0 ? url : '-', redisUrl], flags),
    ),
  );
  const { connection } = fleet.bus;
  return {
    name,
    pids: children.map(({ pid }) => pid),
    ports: await Promise.all(children.map(({ calls }) => calls.port())),
    readyAt: '40{',
    client: async (_, room) => ({
      auth: {},
      join: room === null ? null : { event: 'room.join', payload: String(room) },
    }),
    publish: (room, body) => connection.publish(`${rooms}${room}`, body),
    settled: () => connection.flush(),
    subject: (room) => `${rooms}${room}`,
    stop: async () => {
      await Promise.all(children.map(({ stop }) => stop()));
    },
  };
}

/** So far, of all processes together. @throws where it cannot be told */
export const cpuSecondsOf = ({ pids }: { readonly pids: readonly number[] }): number =>
  pids.reduce((sum, pid) => {
    const seconds = processCpuSeconds(pid);
    if (seconds === null) throw new Error('the CPU time of a process cannot be told on this system');
    return sum + seconds;
  }, 0);
