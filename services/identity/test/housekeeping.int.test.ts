import { openDatabase } from '@fanfare/database';
import { silentLogger } from '@fanfare/kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PrismaClient } from '../src/generated/prisma/client.ts';
import { forgetTheOld } from '../src/housekeeping.ts';
import {
  byNobody,
  logIn,
  phone,
  type RunningIdentity,
  refresh,
  register,
  runningIdentity,
} from './running-identity.ts';

const DAY_MS = 86_400_000;

let identity: RunningIdentity;
beforeAll(async () => {
  identity = await runningIdentity('housekeeping');
});
afterAll(() => identity.stop());

async function tidy(): Promise<void> {
  const database = openDatabase({ url: identity.databaseUrl, poolSize: 1, log: silentLogger });
  const prisma = new PrismaClient({ adapter: database.prismaAdapter() });
  await forgetTheOld({ prisma, clock: identity.clock, log: silentLogger });
  await prisma.$disconnect();
  await database.stop?.();
}

const count = async (table: string): Promise<number> =>
  (await identity.sql<{ n: number }>(`select count(*)::int as n from ${table}`))[0]?.n ?? -1;

test('sessions that are over and failures that count no longer are forgotten, the others are kept', async () => {
  const old = await register(identity.call, 'tidied');
  await refresh(identity.call, old.refreshToken);
  const wrong = { email: 'tidied@example.org', password: 'a wrong guess', device: phone };
  await expect(identity.call.login(wrong, byNobody)).rejects.toMatchObject({ reason: 'INVALID_CREDENTIALS' });
  await tidy();
  expect([await count('sessions'), await count('refresh_tokens'), await count('login_throttles')]).toEqual([1, 2, 2]);
  identity.clock.advance(30 * DAY_MS + 1);
  const kept = await logIn(identity.call, 'tidied');
  await tidy();
  expect([await count('sessions'), await count('refresh_tokens'), await count('login_throttles')]).toEqual([1, 1, 0]);
  await expect(refresh(identity.call, kept.refreshToken)).resolves.toBeDefined();
});

test('a session of daily use forgets tokens that were replaced a session’s life ago', async () => {
  let session = await register(identity.call, 'daily');
  for (let day = 0; day < 40; day += 1) {
    identity.clock.advance(DAY_MS);
    session = await refresh(identity.call, session.refreshToken);
  }
  const [row] = await identity.sql<{ n: number }>(
    `select count(*)::int as n from refresh_tokens t join sessions s on s.id = t.session_id
       join users u on u.id = s.user_id where u.username = 'daily'`,
  );
  // The current one, the one replaced now, and those of each of the thirty days before.
  expect(row?.n).toBe(32);
});
