import { eventually } from '@fanfare/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  byNobody,
  callerOf,
  idOf,
  laptop,
  logIn,
  phone,
  type RunningIdentity,
  refresh,
  register,
  runningIdentity,
} from './running-identity.ts';

let identity: RunningIdentity;
/** The same sessions, by a replica that forgives a repeat within ten seconds. */
let lenient: Awaited<ReturnType<RunningIdentity['replica']>>;
beforeAll(async () => {
  identity = await runningIdentity('sessions');
  lenient = await identity.replica({ REFRESH_GRACE_SECONDS: '10' });
});
afterAll(async () => {
  await lenient.stop();
  await identity.stop();
});

const sessionIdOf = (session: Parameters<typeof callerOf>[0]): string => callerOf(session).caller.sessionId ?? '';

const revocations = (sessionId: string) =>
  identity.heard.filter(
    ({ subject, body }) => subject === 'evt.identity.session.revoked.v1' && body['sessionId'] === sessionId,
  );

const INVALID = { reason: 'INVALID_REFRESH_TOKEN', kind: 'unauthenticated' };

test('a refresh replaces the token within the same session', async () => {
  const first = await register(identity.call, 'rotating');
  const second = await refresh(identity.call, first.refreshToken);
  const third = await refresh(identity.call, second.refreshToken);
  expect(new Set([first, second, third].map(({ refreshToken }) => refreshToken)).size).toBe(3);
  expect(sessionIdOf(third)).toBe(sessionIdOf(first));
});

test('a token that was replaced before the last one ends the whole family, and says so once', async () => {
  const first = await register(identity.call, 'stolen');
  const second = await refresh(identity.call, first.refreshToken);
  const third = await refresh(identity.call, second.refreshToken);
  await expect(refresh(identity.call, first.refreshToken)).rejects.toMatchObject(INVALID);
  await expect(refresh(identity.call, third.refreshToken)).rejects.toMatchObject(INVALID);
  await expect(refresh(identity.call, first.refreshToken)).rejects.toMatchObject(INVALID);
  await eventually(() => expect(revocations(sessionIdOf(first))).toHaveLength(1));
  expect(revocations(sessionIdOf(first))[0]?.body).toMatchObject({ userId: idOf(first).toString(), cause: 'reuse' });
});

test('the last token after the grace time, or from another device, is reuse too', async () => {
  const late = await register(identity.call, 'late');
  const next = await refresh(lenient.call, late.refreshToken);
  identity.clock.advance(10_000);
  await expect(refresh(lenient.call, late.refreshToken)).rejects.toMatchObject(INVALID);
  await expect(refresh(identity.call, next.refreshToken)).rejects.toMatchObject(INVALID);

  const elsewhere = await register(identity.call, 'elsewhere');
  await refresh(lenient.call, elsewhere.refreshToken);
  await expect(refresh(lenient.call, elsewhere.refreshToken, laptop)).rejects.toMatchObject(INVALID);
});

test('a token used twice ends its session, and with it what it was exchanged for', async () => {
  const { refreshToken } = await register(identity.call, 'strict');
  const successor = await refresh(identity.call, refreshToken);
  await expect(refresh(identity.call, refreshToken)).rejects.toMatchObject(INVALID);
  await expect(refresh(identity.call, successor.refreshToken)).rejects.toMatchObject(INVALID);
});

test('with a grace time, refreshes of one token at the same moment all get the same successor', async () => {
  const { refreshToken } = await register(identity.call, 'twotabs');
  const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(lenient.call, refreshToken)));
  const successors = new Set(answers.map((answer) => answer.refreshToken));
  expect(successors.size).toBe(1);
  const [successor = ''] = successors;
  await expect(refresh(lenient.call, successor)).resolves.toBeDefined();
});

test('a repeated family still ends when its holder and a thief part ways', async () => {
  const { refreshToken } = await register(identity.call, 'parted');
  const holder = await refresh(lenient.call, refreshToken);
  const thief = await refresh(lenient.call, refreshToken);
  await refresh(lenient.call, thief.refreshToken);
  identity.clock.advance(900_000);
  await expect(refresh(lenient.call, holder.refreshToken)).rejects.toMatchObject(INVALID);
});

test('a session that was not refreshed for thirty days is over, one that was goes on', async () => {
  const idle = await register(identity.call, 'idle');
  let used = await logIn(identity.call, 'idle', laptop);
  for (let day = 0; day < 30; day += 10) {
    identity.clock.advance(10 * 86_400_000);
    used = await refresh(identity.call, used.refreshToken, laptop);
  }
  await expect(refresh(identity.call, idle.refreshToken)).rejects.toMatchObject(INVALID);
});

test('logout ends the session of the caller only, may be repeated, and is announced once', async () => {
  const here = await register(identity.call, 'leaver');
  const there = await logIn(identity.call, 'leaver', laptop);
  await identity.call.logout({}, callerOf(here));
  await identity.call.logout({}, callerOf(here));
  await expect(refresh(identity.call, here.refreshToken)).rejects.toMatchObject(INVALID);
  await expect(refresh(identity.call, there.refreshToken, laptop)).resolves.toBeDefined();
  await eventually(() => expect(revocations(sessionIdOf(here))).toHaveLength(1));
  expect(revocations(sessionIdOf(here))[0]?.body['cause']).toBe('logout');
  expect(revocations(sessionIdOf(there))).toEqual([]);
});

test("nobody logs out without a session, or out of another user's", async () => {
  const [mine, other] = [await register(identity.call, 'mine'), await register(identity.call, 'other')];
  await expect(identity.call.logout({}, byNobody)).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' });
  const { caller } = callerOf(mine);
  await identity.call.logout({}, { caller: { ...caller, sessionId: sessionIdOf(other) } });
  await expect(refresh(identity.call, other.refreshToken)).resolves.toBeDefined();
});

test('made-up, empty and oversized tokens are refused', async () => {
  await expect(refresh(identity.call, 'made-up')).rejects.toMatchObject(INVALID);
  await expect(refresh(identity.call, 'x'.repeat(10_000))).rejects.toMatchObject(INVALID);
  await expect(refresh(identity.call, '')).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
});

test('the database holds no token and no password', async () => {
  const session = await register(identity.call, 'secretive');
  const tables = await Promise.all(
    ['users', 'sessions', 'refresh_tokens', 'platform.outbox', 'platform.outbox_sent'].map((table) =>
      identity.sql<{ row: string }>(`select t::text as row from ${table} t`),
    ),
  );
  const everything = tables
    .flat()
    .map(({ row }) => row)
    .join('\n');
  for (const secret of [session.refreshToken, session.accessToken, 'correct horse battery']) {
    expect(everything).not.toContain(secret);
    expect(everything).not.toContain(Buffer.from(secret).toString('hex'));
  }
});

test('login and refresh note the sign of life', async () => {
  const session = await register(identity.call, 'alive');
  const seen = async () =>
    (await identity.call.getUser({ userId: idOf(session) }, callerOf(session))).user?.lastActiveAt?.getTime() ?? 0;
  const before = await seen();
  identity.clock.advance(60_000);
  const again = await refresh(identity.call, session.refreshToken, phone);
  expect(await seen()).toBe(before + 60_000);
  identity.clock.advance(60_000);
  await logIn(identity.call, 'alive');
  expect(await seen()).toBe(before + 120_000);
  expect(again.user?.lastActiveAt?.getTime()).toBe(before + 60_000);
});
