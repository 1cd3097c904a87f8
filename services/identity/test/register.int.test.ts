import { userCaller } from '@fanfare/kit';
import { eventually } from '@fanfare/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  byNobody,
  PASSWORD,
  phone,
  present,
  type RunningIdentity,
  register,
  registration,
  runningIdentity,
} from './running-identity.ts';

let identity: RunningIdentity;
beforeAll(async () => {
  identity = await runningIdentity('register', { FANFARE_ENV: 'development' });
});
afterAll(() => identity.stop());

test('a registration makes an account, opens its first session and announces the user once', async () => {
  const session = await register(identity.call, 'Mia');
  const user = present(session.user);
  expect(user).toMatchObject({ username: 'Mia', displayName: 'Mia', roles: ['user'], banned: false });
  expect(session).toMatchObject({
    accessToken: expect.any(String),
    refreshToken: expect.any(String),
    expiresInSeconds: 900,
  });
  const mine = await eventually(() => {
    const found = identity.heard.filter(({ body }) => body['username'] === 'Mia');
    expect(found).toHaveLength(1);
    return present(found[0]);
  });
  expect(mine.subject).toBe('evt.identity.user.registered.v1');
  expect(mine.headers.get('ce-subject')).toBe(user.id.toString());
  expect(mine.headers.get('ce-entityversion')).toBe('1');
});

test('an account may have a phone number, an email address or both, and logs in by each', async () => {
  await identity.call.register(registration('both', { phone: '+1 415 555 0101' }), byNobody);
  await identity.call.register(
    { username: 'phoneonly', phone: '+14155550102', password: PASSWORD, device: phone },
    byNobody,
  );
  const login = async (by: { email?: string; phone?: string }) =>
    (await identity.call.login({ ...by, password: PASSWORD, device: phone }, byNobody)).session?.user?.username;
  expect(await login({ email: 'BOTH@example.org' })).toBe('both');
  expect(await login({ phone: '0014155550101' })).toBe('both');
  expect(await login({ phone: '+1 (415) 555-0102' })).toBe('phoneonly');
});

test('a name, address or number belongs to one account, however it is written', async () => {
  await identity.call.register(registration('taken', { phone: '+14155550103' }), byNobody);
  const again = (more: object) => identity.call.register(registration('fresh', more), byNobody);
  await expect(again({ username: 'TAKEN' })).rejects.toMatchObject({
    reason: 'USERNAME_TAKEN',
    kind: 'already_exists',
  });
  await expect(again({ email: 'Taken@Example.org' })).rejects.toMatchObject({ reason: 'EMAIL_TAKEN' });
  await expect(again({ phone: '001 415 555 0103' })).rejects.toMatchObject({
    reason: 'PHONE_TAKEN',
    fields: { phone: ['is taken'] },
  });
});

test('of registrations of one name at the same moment one succeeds and announces', async () => {
  const attempts = Array.from({ length: 8 }, (_, n) =>
    identity.call.register(registration('racer', { email: `racer${n}@example.org` }), byNobody),
  );
  const results = await Promise.allSettled(attempts);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ reason: 'USERNAME_TAKEN' });
  }
  const rows = await identity.sql(`select 1 from platform.outbox where payload::json->>'username' = 'racer'
    union all select 1 from platform.outbox_sent where payload::json->>'username' = 'racer'`);
  expect(rows).toHaveLength(1);
});

test('everything that is wrong with a registration is said at once', async () => {
  const wrong = identity.call.register(
    { username: '!', email: 'x', phone: '1', password: 'short', device: phone },
    byNobody,
  );
  await expect(wrong).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
    fields: {
      username: [expect.any(String)],
      email: [expect.any(String)],
      phone: [expect.any(String)],
      password: [expect.any(String)],
    },
  });
});

test('profiles are found by id, unknown ids are left out or refused', async () => {
  const mia = present((await register(identity.call, 'profile')).user);
  const byUser = { caller: userCaller(mia.id) };
  expect((await identity.call.getUser({ userId: mia.id }, byUser)).user).toEqual(mia);
  expect((await identity.call.getUsers({ userIds: [mia.id, 999_999n, mia.id] }, byUser)).users).toEqual([mia]);
  await expect(identity.call.getUser({ userId: 999_999n }, byUser)).rejects.toMatchObject({
    reason: 'USER_NOT_FOUND',
  });
  const many = Array.from({ length: 257 }, (_, n) => BigInt(n));
  await expect(identity.call.getUsers({ userIds: many }, byUser)).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
  });
  const unasked = { reason: 'UNAUTHENTICATED' };
  await expect(identity.call.getUser({ userId: mia.id }, byNobody)).rejects.toMatchObject(unasked);
  await expect(identity.call.getUsers({ userIds: [mia.id] }, byNobody)).rejects.toMatchObject(unasked);
});

test('the development administrator exists after the start, once, with its role', async () => {
  const session = (
    await identity.call.login({ email: 'admin@fanfare.local', password: 'fanfare-admin', device: phone }, byNobody)
  ).session;
  expect(session?.user).toMatchObject({ username: 'admin', roles: ['user', 'admin'] });
  const others = await Promise.all([identity.replica(), identity.replica()]);
  await Promise.all(others.map(({ stop }) => stop()));
  expect(await identity.sql(`select id from users where username = 'admin'`)).toHaveLength(1);
});

test('an account that somebody else registered under the configured address does not become an administrator', async () => {
  await register(identity.call, 'squatter');
  const env = { ADMIN_USERNAME: 'chief', ADMIN_EMAIL: 'squatter@example.org', ADMIN_PASSWORD: 'configured secret' };
  await expect(identity.replica(env)).rejects.toMatchObject({
    cause: expect.objectContaining({ message: expect.stringContaining('ADMIN_EMAIL') }),
  });
  expect(await identity.sql(`select roles from users where username = 'squatter'`)).toEqual([{ roles: ['user'] }]);
});
