import { afterEach, beforeEach, expect, test } from 'vitest';
import { byNobody, logIn, phone, type RunningIdentity, register, runningIdentity } from './running-identity.ts';

let identity: RunningIdentity;
beforeEach(async () => {
  // Enough at once that attempts end at the same moment: what is proved here must not hang on a queue before it.
  identity = await runningIdentity('throttle', { PASSWORD_HASH_CONCURRENCY: '30', DATABASE_POOL_SIZE: '16' });
});
afterEach(() => identity.stop());

const INVALID = {
  reason: 'INVALID_CREDENTIALS',
  kind: 'unauthenticated',
  message: 'The account or the password is not right.',
};

const guess = (email: string, ip = phone.ip, call = identity.call) =>
  call.login({ email, password: 'a wrong guess', device: { ip, userAgent: 'x' } }, byNobody).then(
    () => 'in',
    (error: { reason: string; details: { retryAfterSeconds?: string } }) =>
      error.reason + (error.details.retryAfterSeconds === undefined ? '' : ` ${error.details.retryAfterSeconds}`),
  );

test('an unknown account and a wrong password get one answer, and neither is an event', async () => {
  await register(identity.call, 'known');
  const answers = await Promise.allSettled([
    logIn(identity.call, 'known', phone, 'a wrong guess'),
    logIn(identity.call, 'unknown', phone, 'a wrong guess'),
  ]);
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 'rejected', reason: { ...INVALID, details: {}, fields: null } });
  }
  expect(identity.heard.filter(({ subject }) => subject !== 'evt.identity.user.registered.v1')).toEqual([]);
  expect(await identity.sql(`select 1 from platform.outbox where subject not like '%registered%'`)).toEqual([]);
});

test('the fifth wrong password locks the account for a time that doubles, known or not', async () => {
  await register(identity.call, 'locked');
  for (const email of ['locked@example.org', 'nobody@example.org']) {
    for (let n = 1; n <= 5; n += 1) expect(await guess(email, `10.1.0.${n}`)).toBe('INVALID_CREDENTIALS');
    expect(await guess(email)).toBe('TOO_MANY_ATTEMPTS 5');
    identity.clock.advance(5000);
    expect(await guess(email)).toBe('INVALID_CREDENTIALS');
    expect(await guess(email)).toBe('TOO_MANY_ATTEMPTS 10');
  }
  await expect(logIn(identity.call, 'locked')).rejects.toMatchObject({
    reason: 'TOO_MANY_ATTEMPTS',
    kind: 'exhausted',
  });
  identity.clock.advance(10_000);
  await expect(logIn(identity.call, 'locked')).resolves.toBeDefined();
  expect(await guess('locked@example.org')).toBe('INVALID_CREDENTIALS');
});

test('replicas count together', async () => {
  const other = await identity.replica();
  for (let n = 1; n <= 5; n += 1) await guess('shared@example.org', '', n % 2 === 0 ? identity.call : other.call);
  expect(await guess('shared@example.org')).toBe('TOO_MANY_ATTEMPTS 5');
  expect(await guess('shared@example.org', '', other.call)).toBe('TOO_MANY_ATTEMPTS 5');
  await other.stop();
});

test('guesses sent at the same moment learn no more than guesses one by one', async () => {
  await register(identity.call, 'stormed');
  const wrong = Array.from({ length: 30 }, (_, n) => guess('stormed@example.org', `10.2.0.${n}`));
  const answers = await Promise.all(wrong);
  expect(answers.filter((answer) => answer === 'INVALID_CREDENTIALS')).toHaveLength(5);
  expect(answers.filter((answer) => answer === 'TOO_MANY_ATTEMPTS 5')).toHaveLength(25);
});

test('an address that guesses at many accounts is locked, also for others and for its whole IPv6 network', async () => {
  await register(identity.call, 'neighbour');
  for (let n = 1; n <= 51; n += 1)
    expect(await guess(`account${n}@example.org`, `2001:db8::${n}`)).toBe('INVALID_CREDENTIALS');
  const from = (ip: string) => logIn(identity.call, 'neighbour', { ip, userAgent: 'phone' });
  await expect(from('2001:db8::ffff')).rejects.toMatchObject({ reason: 'TOO_MANY_ATTEMPTS' });
  await expect(from('2001:db8:0:1::1')).resolves.toBeDefined();
});

test('right passwords, however many at once, lock nothing', async () => {
  await register(identity.call, 'popular');
  const logins = await Promise.all(Array.from({ length: 20 }, () => logIn(identity.call, 'popular')));
  expect(new Set(logins.map(({ refreshToken }) => refreshToken)).size).toBe(20);
});
