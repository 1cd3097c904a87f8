import type { Session } from '@fanfare/contracts/identity/v1/identity_service';
import { systemCaller } from '@fanfare/kit';
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
beforeAll(async () => {
  identity = await runningIdentity('moderation');
});
afterAll(() => identity.stop());

const bySystem = { caller: systemCaller };

/** An account with the role, logged in after it got it. */
async function member(username: string, ...roles: string[]): Promise<Session> {
  const session = await register(identity.call, username);
  if (roles.length === 0) return session;
  await identity.call.setRoles({ userId: idOf(session), roles, reason: 'test' }, bySystem);
  return logIn(identity.call, username);
}

const ban = (target: Session, by: Session, reason = 'spam') =>
  identity.call.banUser({ userId: idOf(target), reason }, callerOf(by));

const heardOf = (session: Session, subject: string) =>
  identity.heard.filter((event) => event.subject === subject && event.body['userId'] === idOf(session).toString());

const FORBIDDEN = { reason: 'FORBIDDEN', kind: 'forbidden' };
const BANNED = { reason: 'USER_BANNED', kind: 'forbidden', httpStatus: 403 };

test('a ban ends every session, refuses login and refresh, is announced once and recorded', async () => {
  const [spammer, moderator] = [await member('spammer'), await member('moderator', 'moderator')];
  const second = await logIn(identity.call, 'spammer', laptop);
  const { user } = await ban(spammer, moderator);
  expect(user).toMatchObject({ username: 'spammer', banned: true });
  await ban(spammer, moderator);
  await expect(refresh(identity.call, spammer.refreshToken)).rejects.toMatchObject(BANNED);
  await expect(refresh(identity.call, second.refreshToken, laptop)).rejects.toMatchObject(BANNED);
  await expect(logIn(identity.call, 'spammer')).rejects.toMatchObject(BANNED);
  await expect(logIn(identity.call, 'spammer', phone, 'a wrong guess')).rejects.toMatchObject({
    reason: 'INVALID_CREDENTIALS',
  });
  const events = await eventually(() => {
    const found = heardOf(spammer, 'evt.identity.user.banned.v1');
    expect(found).toHaveLength(1);
    return found;
  });
  expect(events[0]?.body).toMatchObject({ byUserId: idOf(moderator).toString(), reason: 'spam' });
  expect(events[0]?.headers.get('ce-entityversion')).toBe('2');
  const rows = await identity.sql('select caller, action, reason from platform.audit_entries where target = $1', [
    `user:${idOf(spammer)}`,
  ]);
  expect(rows).toContainEqual({ caller: `user:${idOf(moderator)}`, action: 'user.ban', reason: 'spam' });
});

test('an unbanned user logs in again, the old sessions stay ended', async () => {
  const [user, admin] = [await member('forgiven'), await member('forgiver', 'admin')];
  await ban(user, admin);
  await identity.call.unbanUser({ userId: idOf(user), reason: 'appeal' }, callerOf(admin));
  await expect(refresh(identity.call, user.refreshToken)).rejects.toMatchObject({ reason: 'INVALID_REFRESH_TOKEN' });
  await expect(logIn(identity.call, 'forgiven')).resolves.toBeDefined();
  await eventually(() => expect(heardOf(user, 'evt.identity.user.unbanned.v1')).toHaveLength(1));
  expect(heardOf(user, 'evt.identity.user.unbanned.v1')[0]?.headers.get('ce-entityversion')).toBe('3');
});

test('users ban nobody, moderators no administrator, and nobody themselves', async () => {
  const [user, moderator, admin] = [
    await member('u1'.padEnd(5, 'x')),
    await member('m1xxx', 'moderator'),
    await member('a1xxx', 'admin'),
  ];
  await expect(ban(moderator, user)).rejects.toMatchObject(FORBIDDEN);
  await expect(ban(admin, moderator)).rejects.toMatchObject(FORBIDDEN);
  await expect(ban(moderator, moderator)).rejects.toMatchObject({ reason: 'OWN_ACCOUNT' });
  await expect(identity.call.banUser({ userId: idOf(user), reason: 'x' }, byNobody)).rejects.toMatchObject({
    reason: 'UNAUTHENTICATED',
  });
  await expect(identity.call.banUser({ userId: 999_999n, reason: 'x' }, callerOf(admin))).rejects.toMatchObject({
    reason: 'USER_NOT_FOUND',
  });
  await expect(ban(user, admin, ' ')).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
  const rows = await identity.sql('select 1 from users where banned_at is not null and id = any($1)', [
    [idOf(user), idOf(moderator), idOf(admin)],
  ]);
  expect(rows).toEqual([]);
});

test('of two administrators who ban each other at the same moment one remains', async () => {
  const [one, other] = [await member('duelone', 'admin'), await member('dueltwo', 'admin')];
  const results = await Promise.allSettled([ban(one, other), ban(other, one)]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('a ban and logins at the same moment leave no session that can be refreshed', async () => {
  const [user, admin] = [await member('slippery'), await member('slipperyadmin', 'admin')];
  const logins = Array.from({ length: 8 }, () => logIn(identity.call, 'slippery'));
  const [, ...results] = await Promise.allSettled([ban(user, admin), ...logins]);
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason).toMatchObject(BANNED);
    else await expect(refresh(identity.call, (result.value as Session).refreshToken)).rejects.toMatchObject(BANNED);
  }
  const open = await identity.sql('select 1 from sessions where user_id = $1 and revoked_at is null', [idOf(user)]);
  expect(open).toEqual([]);
});

test('an added role comes with the next token, a removed one ends the sessions that carry it', async () => {
  const [user, admin] = [await member('promoted'), await member('promoter', 'admin')];
  const set = (roles: string[]) =>
    identity.call.setRoles({ userId: idOf(user), roles, reason: 'team' }, callerOf(admin));
  expect((await set(['moderator'])).user?.roles).toEqual(['user', 'moderator']);
  const renewed = await refresh(identity.call, user.refreshToken);
  expect(callerOf(renewed).caller.roles).toEqual(['user', 'moderator']);
  await set([]);
  await expect(refresh(identity.call, renewed.refreshToken)).rejects.toMatchObject({ reason: 'INVALID_REFRESH_TOKEN' });
  await eventually(() => expect(heardOf(user, 'evt.identity.session.revoked.v1')).toHaveLength(1));
  expect(heardOf(user, 'evt.identity.session.revoked.v1')[0]?.body['cause']).toBe('roles');
  const rows = await identity.sql(
    `select details from platform.audit_entries where target = $1 and action = 'user.set_roles' order by id`,
    [`user:${idOf(user)}`],
  );
  expect(rows).toEqual([
    { details: { before: 'user', after: 'user moderator' } },
    { details: { before: 'user moderator', after: 'user' } },
  ]);
});

test('roles are set by administrators, to known roles, and never one’s own', async () => {
  const [moderator, admin] = [await member('setmod', 'moderator'), await member('setadmin', 'admin')];
  const set = (userId: bigint, roles: string[], by: Session) =>
    identity.call.setRoles({ userId, roles, reason: 'x' }, callerOf(by));
  await expect(set(idOf(admin), ['user'], moderator)).rejects.toMatchObject(FORBIDDEN);
  await expect(set(idOf(moderator), ['king'], admin)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
  await expect(set(idOf(admin), ['user'], admin)).rejects.toMatchObject({ reason: 'OWN_ACCOUNT' });
});

test('a role in a token that has been taken away since gives no power here', async () => {
  const [former, target] = [await member('former', 'moderator'), await member('spared')];
  await identity.call.setRoles({ userId: idOf(former), roles: [], reason: 'left' }, bySystem);
  await expect(ban(target, former)).rejects.toMatchObject(FORBIDDEN);
});
