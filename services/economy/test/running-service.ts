/** The whole service on servers of its own, and typed clients of it. */

import { randomUUID } from 'node:crypto';
import type { Backend } from '@fanfare/backend';
import { EconomyServiceService, type GrantRequest } from '@fanfare/contracts/economy/v1/economy_service';
import {
  type Caller,
  type Clock,
  formatMinor,
  type RpcClient,
  rpcClient,
  serviceCaller,
  silentLogger,
  systemClock,
  userCaller,
} from '@fanfare/kit';
import { cloneDatabase, privateNats, type RunningServer, type TestDatabase } from '@fanfare/testing';
import { type SmallIdentity, smallIdentity } from '@fanfare/testing/small-identity';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { readConfig } from '../src/config.ts';
import { createEconomyService } from '../src/service.ts';

export const admin = userCaller(1n, { roles: ['admin'] });
export const gifting = serviceCaller('gifting');
export const user = (id: bigint): Caller => userCaller(id);
export const coin = (minor: bigint) => ({ currency: 'COIN', minor });
export const newId = (): string => randomUUID();

export interface RunningOptions {
  /** Of the service's configuration, beyond its servers. */
  readonly env?: Readonly<Record<string, string>>;
  /** Processes of the service on the same database; the first one answers. Default 1. */
  readonly replicas?: number;
  /** That jobs run by. Default: the system's. */
  readonly clock?: Clock;
}

/** Starts before all tests of the file, stops after them. */
export function runningService({ env = {}, replicas = 1, clock = systemClock }: RunningOptions = {}) {
  let database: TestDatabase;
  let nats: RunningServer;
  let identity: SmallIdentity;
  let services: readonly Backend[];
  let client: RpcClient<typeof EconomyServiceService>;
  let connection: pg.Client;

  beforeAll(async () => {
    [database, nats, identity] = await Promise.all([cloneDatabase('economy'), privateNats(), smallIdentity()]);
    const config = readConfig({
      ...env,
      DATABASE_URL: database.url,
      NATS_URL: nats.url,
      IDENTITY_RPC_URL: identity.address,
      GRPC_PORT: '0',
      OPS_PORT: '0',
    });
    const create = (): Promise<Backend> => createEconomyService(config, { log: silentLogger, clock });
    services = await Promise.all(Array.from({ length: replicas }, create));
    await Promise.all(services.map((service) => service.start()));
    const address = `127.0.0.1:${services[0]?.rpcPort()}`;
    client = rpcClient(EconomyServiceService, { name: 'economy', address, tls: null });
    connection = new pg.Client({ connectionString: database.url });
    await connection.connect();
  });
  afterAll(async () => {
    await connection.end();
    await client.stop?.();
    await Promise.all(services.map((service) => service.stop()));
    await Promise.all([nats.stop(), identity.stop()]);
    await database.drop();
  });

  return {
    call: () => client.call,
    identity: () => identity,
    natsUrl: () => nats.url,
    databaseUrl: () => database.url,
    sql: async (text: string, values: unknown[] = []): Promise<object[]> => (await connection.query(text, values)).rows,
    grant: (userId: bigint, minor: bigint, more: Partial<GrantRequest> = {}) =>
      client.call.grant({ id: newId(), userId, amount: coin(minor), reason: 'welcome', ...more }, { caller: admin }),
    transfer: (from: bigint, toUserId: bigint, minor: bigint, id = newId()) =>
      client.call.transfer({ id, toUserId, amount: coin(minor) }, { caller: user(from) }),
    walletOf: async (userId: bigint): Promise<string[]> => {
      const { balances } = await client.call.getWallet({ userId }, { caller: user(userId) });
      return balances.map(({ currency, minor }) => `${currency} ${formatMinor(minor)}`);
    },
    statement: (userId: bigint, more = {}) =>
      client.call.listTransactions({ userId, currency: '', cursor: '', limit: 0, ...more }, { caller: user(userId) }),
  };
}
