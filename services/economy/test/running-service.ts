/** The whole service on servers of its own, and typed clients of it. */
import { randomUUID } from 'node:crypto';
import { EconomyServiceService, type GrantRequest } from '@fanfare/contracts/economy/v1/economy_service';
import {
  type Caller,
  formatMinor,
  type RpcClient,
  rpcClient,
  serviceCaller,
  silentLogger,
  userCaller,
} from '@fanfare/kit';
import { cloneDatabase, privateNats, type RunningServer, type TestDatabase } from '@fanfare/testing';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { readConfig } from '../src/config.ts';
import { createEconomyService, type EconomyService } from '../src/service.ts';

export const admin = userCaller(1n, { roles: ['admin'] });
export const gifting = serviceCaller('gifting');
export const user = (id: bigint): Caller => userCaller(id);
export const coin = (minor: bigint) => ({ currency: 'COIN', minor });
export const newId = (): string => randomUUID();

/** Starts before all tests of the file, stops after them. */
export function runningService() {
  let database: TestDatabase;
  let nats: RunningServer;
  let service: EconomyService;
  let client: RpcClient<typeof EconomyServiceService>;
  let connection: pg.Client;

  beforeAll(async () => {
    [database, nats] = await Promise.all([cloneDatabase('economy'), privateNats()]);
    const env = { DATABASE_URL: database.url, NATS_URL: nats.url, GRPC_PORT: '0', OPS_PORT: '0' };
    service = await createEconomyService(readConfig(env), { log: silentLogger });
    await service.start();
    const address = `127.0.0.1:${service.rpcPort()}`;
    client = rpcClient(EconomyServiceService, { name: 'economy', address, tls: null });
    connection = new pg.Client({ connectionString: database.url });
    await connection.connect();
  });
  afterAll(async () => {
    await connection.end();
    await client.stop?.();
    await service.stop();
    await nats.stop();
    await database.drop();
  });

  return {
    call: () => client.call,
    natsUrl: () => nats.url,
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
