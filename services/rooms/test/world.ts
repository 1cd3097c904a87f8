/** A rooms service over servers of its own, and what tests ask of it. */
import type { Backend, Overrides } from '@fanfare/backend';
import { events } from '@fanfare/contracts';
import { CreateRoomRequest, type Room, RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { type Database, openDatabase } from '@fanfare/database';
import { createMetrics, type RpcClient, rpcClient, silentLogger, userCaller } from '@fanfare/kit';
import { cloneDatabase, privateNats, privateRedis, type RunningServer } from '@fanfare/testing';
import { type SmallIdentity, smallIdentity } from '@fanfare/testing/small-identity';
import { readConfig } from '../src/config.ts';
import type { Deps } from '../src/deps.ts';
import { roomMetrics } from '../src/metrics.ts';
import { createRoomsService } from '../src/service.ts';

export type RoomsCall = RpcClient<typeof RoomsServiceService>['call'];

export interface World {
  readonly service: Backend;
  readonly call: RoomsCall;
  readonly database: Database;
  /** What a job needs that a test runs by itself. */
  readonly deps: Pick<Deps, 'config' | 'database' | 'metrics' | 'log'>;
  readonly nats: RunningServer;
  readonly redis: RunningServer;
  readonly identity: SmallIdentity;
  /** Another process of the same service, as far as the database and the bus can tell. */
  readonly replica: (env?: Readonly<Record<string, string>>) => Promise<Replica>;
  /** What a room has announced, in the order of the outbox. */
  readonly announced: (roomId: bigint) => Promise<readonly Announced[]>;
  readonly stop: () => Promise<void>;
}

export interface Replica {
  readonly service: Backend;
  readonly call: RoomsCall;
  readonly stop: () => Promise<void>;
}

export interface Announced {
  /** The name of the event in the catalogue. */
  readonly event: string;
  readonly version: bigint;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Ids of users, never used twice in a file. */
let lastUser = 1000n;
export const newUser = (): bigint => {
  lastUser += 1n;
  return lastUser;
};

/** A caller, as the gateway proves one: `as(user)`, `as(user, 'admin')`. */
export const as = (userId: bigint, ...roles: string[]) => ({ caller: userCaller(userId, { roles }) });

export async function startWorld(
  env: Readonly<Record<string, string>> = {},
  overrides: Overrides = {},
): Promise<World> {
  const [clone, nats, redis, identity] = await Promise.all([
    cloneDatabase('rooms'),
    privateNats(),
    privateRedis(),
    smallIdentity(),
  ]);
  const base = {
    DATABASE_URL: clone.url,
    NATS_URL: nats.url,
    REDIS_URL: redis.url,
    IDENTITY_RPC_URL: identity.address,
    GRPC_PORT: '0',
    OPS_PORT: '0',
    LOG_LEVEL: 'silent',
    ...env,
  };
  const replica = (more: Readonly<Record<string, string>> = {}) => startReplica({ ...base, ...more }, overrides);
  const first = await replica();
  const database = openDatabase({ url: clone.url, poolSize: 2, log: silentLogger });
  return {
    ...first,
    database,
    deps: {
      config: readConfig(base),
      database,
      metrics: roomMetrics(createMetrics('rooms')),
      log: silentLogger,
    },
    nats,
    redis,
    identity,
    replica,
    announced: (roomId) => readAnnounced(database, roomId),
    stop: async () => {
      await first.stop();
      await database.stop?.();
      await Promise.all([nats.stop(), redis.stop(), identity.stop(), clone.drop()]);
    },
  };
}

async function startReplica(env: Readonly<Record<string, string>>, overrides: Overrides): Promise<Replica> {
  const service = await createRoomsService(readConfig(env), overrides);
  await service.start();
  const client = rpcClient(RoomsServiceService, {
    name: 'rooms',
    address: `127.0.0.1:${service.rpcPort()}`,
    tls: null,
    deadlineMs: 15_000,
  });
  return {
    service,
    call: client.call,
    stop: async () => {
      await client.stop?.();
      await service.stop();
    },
  };
}

const NAMES = new Map(Object.entries(events).map(([name, { subject }]) => [subject as string, name]));

async function readAnnounced(database: Database, roomId: bigint): Promise<readonly Announced[]> {
  const { rows } = await database.query<{ subject: string; version: string; payload: Record<string, unknown> }>(
    `select subject, headers::json ->> 'ce-entityversion' as version, payload::json from (
       select id, subject, headers, payload from platform.outbox union all
       select id, subject, headers, payload from platform.outbox_sent) as events
      where headers::json ->> 'ce-subject' = $1 order by id`,
    [roomId.toString()],
  );
  return rows.map(({ subject, version, payload }) => ({
    event: NAMES.get(subject) ?? subject,
    version: BigInt(version),
    data: payload,
  }));
}

/** A room of the owner's, or of somebody new. */
export async function openRoom(
  call: RoomsCall,
  more: Partial<CreateRoomRequest> = {},
  owner = newUser(),
): Promise<Room> {
  const { room } = await call.createRoom(
    CreateRoomRequest.fromPartial({ name: `Room of ${owner}`, ...more }),
    as(owner),
  );
  if (room === undefined) throw new Error('no room in the answer');
  return room;
}
