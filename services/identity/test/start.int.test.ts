import { openDatabase } from '@fanfare/database';
import { Secret, silentLogger, systemClock } from '@fanfare/kit';
import { cloneDatabase } from '@fanfare/testing';
import { expect, test } from 'vitest';
import { ensureAdmin } from '../src/accounts/ensure-admin.ts';
import { passwords } from '../src/accounts/passwords.ts';
import { PrismaClient } from '../src/generated/prisma/client.ts';
import { keyRing } from '../src/keys/key-ring.ts';
import { keyVault } from '../src/keys/key-vault.ts';

/** The parts of a replica that change an empty database at its start. */
function replica(url: string) {
  const database = openDatabase({ url, poolSize: 2, log: silentLogger });
  const prisma = new PrismaClient({ adapter: database.prismaAdapter() });
  const clock = systemClock;
  const keys = keyRing({ database, prisma, vault: keyVault(new Secret('one')), clock, ttlSeconds: 900 });
  const deps = { database, prisma, clock, log: silentLogger, passwords: passwords(2) };
  return {
    keys,
    start: async () => {
      await keys.start?.();
      await ensureAdmin(deps, {
        username: 'admin',
        email: 'admin@example.org',
        password: new Secret('configured secret'),
      });
    },
    stop: async () => {
      await prisma.$disconnect();
      await database.stop?.();
    },
  };
}

test('replicas that start at once on an empty database agree on their keys and on one administrator', async () => {
  const { url } = await cloneDatabase('identity', { label: 'start' });
  const replicas = Array.from({ length: 4 }, () => replica(url));
  await Promise.all(replicas.map(({ start }) => start()));
  const keySets = await Promise.all(replicas.map(({ keys }) => keys.keySet()));
  expect(new Set(keySets).size).toBe(1);
  expect((JSON.parse(keySets[0] ?? '') as { keys: unknown[] }).keys).toHaveLength(2);
  const database = openDatabase({ url, poolSize: 1, log: silentLogger });
  const count = async (from: string): Promise<unknown> =>
    (await database.query(`select count(*)::int as n from ${from}`)).rows[0];
  expect(await count(`users where 'admin' = any (roles)`)).toEqual({ n: 1 });
  expect(await count(`platform.outbox where subject = 'evt.identity.user.registered.v1'`)).toEqual({ n: 1 });
  expect(await count(`platform.audit_entries where caller = 'system'`)).toEqual({ n: 1 });
  await Promise.all([...replicas.map(({ stop }) => stop()), database.stop?.()]);
});

test('a registered account whose password is the configured one becomes the administrator', async () => {
  const { url } = await cloneDatabase('identity', { label: 'promote' });
  const database = openDatabase({ url, poolSize: 2, log: silentLogger });
  const prisma = new PrismaClient({ adapter: database.prismaAdapter() });
  const deps = { database, prisma, clock: systemClock, log: silentLogger, passwords: passwords(1) };
  const account = { username: 'chief', email: 'chief@example.org', password: new Secret('configured secret') };
  await ensureAdmin(deps, account);
  await prisma.user.updateMany({ data: { roles: ['user'] } });
  await ensureAdmin(deps, { ...account, username: 'whatever' });
  expect(await prisma.user.findMany({ select: { username: true, roles: true } })).toEqual([
    { username: 'chief', roles: ['user', 'admin'] },
  ]);
  await ensureAdmin(deps, account);
  await expect(ensureAdmin(deps, { ...account, email: 'second@example.org' })).rejects.toThrow('ADMIN_USERNAME');
  await prisma.$disconnect();
  await database.stop?.();
});
