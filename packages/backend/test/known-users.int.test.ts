/** Who exists: what a service knows by itself, what it asks, and what it never says without asking. */
import { UserRegistered } from '@fanfare/contracts/identity/event/v1/identity_events';
import { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import { type Database, openDatabase } from '@fanfare/database';
import { AppError, type RpcClient, rpcClient, silentLogger } from '@fanfare/kit';
import type { Incoming } from '@fanfare/messaging';
import { cloneDatabase, type TestDatabase } from '@fanfare/testing';
import { type SmallIdentity, smallIdentity } from '@fanfare/testing/small-identity';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type KnownUsers, knownUsers, userRegistrations } from '../src/index.ts';

let clone: TestDatabase;
let database: Database;
let identity: SmallIdentity;
let client: RpcClient<typeof IdentityServiceService>;
beforeEach(async () => {
  [clone, identity] = await Promise.all([cloneDatabase('platform', { label: 'users' }), smallIdentity()]);
  database = openDatabase({ url: clone.url, poolSize: 2, log: silentLogger });
  client = rpcClient(IdentityServiceService, { name: 'identity', address: identity.address, tls: null });
});
afterEach(async () => {
  await client.stop?.();
  await identity.stop();
  await database.stop?.();
  await clone.drop();
});

const notFound = (details: object) =>
  new AppError('not_found', 'USER_NOT_FOUND', 'There is no such user.', { ...details });

/** As a process of the service knows them, which has just started. */
const process = (): KnownUsers => knownUsers({ service: 'test', sql: database, identity: client.call, notFound });

const tell = (userId: bigint) => {
  const message = UserRegistered.fromPartial({ userId });
  return userRegistrations({ durable: 'test-user' }).handle({
    tx: database,
    events: [{ message } as Incoming<unknown>],
  });
};

it('whoever was told of as registered is known without asking identity, however often that is told', async () => {
  await tell(7n);
  await tell(7n);
  await process().require([7n]);
  expect(identity.asked()).toBe(0);
});

it('whoever registered a moment ago is found before their event has come, and asked for once', async () => {
  const first = process();
  await first.require([7n, 8n]);
  await first.require([8n]);
  await process().require([7n, 8n]);
  expect(identity.asked()).toBe(2);
});

it('somebody who does not exist is refused by name, until they do', async () => {
  identity.nobody.add(404n);
  const users = process();
  await expect(users.require([7n, 404n])).rejects.toMatchObject({
    kind: 'not_found',
    reason: 'USER_NOT_FOUND',
    details: { userId: '404' },
  });
  identity.nobody.delete(404n);
  await users.require([7n, 404n]);
});

it('nobody is refused because identity is away, and whoever is known needs it no more', async () => {
  const users = process();
  await users.require([7n]);
  await tell(8n);
  await identity.stop();
  await users.require([7n, 8n]);
  await expect(users.require([9n])).rejects.toMatchObject({ kind: 'unavailable' });
});
