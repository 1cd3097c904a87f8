import type { Session } from '@fanfare/contracts/identity/v1/identity_service';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, type JWTVerifyResult, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  byNobody,
  callerOf,
  type Identity,
  idOf,
  logIn,
  type RunningIdentity,
  register,
  runningIdentity,
} from './running-identity.ts';

let identity: RunningIdentity;
beforeAll(async () => {
  identity = await runningIdentity('keys');
});
afterAll(() => identity.stop());

async function keySet(call: Identity = identity.call): Promise<JSONWebKeySet> {
  return JSON.parse((await call.getKeySet({}, byNobody)).jwks) as JSONWebKeySet;
}

async function verify({ accessToken }: Session, keys?: JSONWebKeySet): Promise<JWTVerifyResult> {
  const options = { issuer: 'fanfare', audience: 'fanfare', algorithms: ['EdDSA'], currentDate: identity.clock.now() };
  return jwtVerify(accessToken, createLocalJWKSet(keys ?? (await keySet())), options);
}

const signedBy = ({ accessToken }: Session): string => decodeProtectedHeader(accessToken).kid ?? '';

async function admin(): Promise<ReturnType<typeof callerOf>> {
  const { session } = await identity.call.login(
    { email: 'admin@fanfare.local', password: 'fanfare-admin', device: { ip: '', userAgent: '' } },
    byNobody,
  );
  if (session === undefined) throw new Error('no session');
  return callerOf(session);
}

test('an access token says who, in which session, with which roles, for a quarter of an hour', async () => {
  const session = await register(identity.call, 'claims');
  const { payload } = await verify(session);
  const sessions = await identity.sql<{ id: string }>('select id from sessions where user_id = $1', [idOf(session)]);
  expect(payload).toMatchObject({ sub: idOf(session).toString(), sid: sessions[0]?.id, roles: ['user'] });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900);
});

test('the key set holds public keys only, the next one among them', async () => {
  const { keys } = await keySet();
  expect(keys).toHaveLength(2);
  for (const key of keys) {
    expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  }
});

test('after a rotation the key that was published before signs, and older tokens go on verifying until they expire', async () => {
  const before = await keySet();
  const old = await register(identity.call, 'rotation');
  const { keyId } = await identity.call.rotateKey({}, await admin());
  const young = await logIn(identity.call, 'rotation');
  expect(signedBy(young)).toBe(keyId);
  expect(signedBy(old)).not.toBe(keyId);
  expect(before.keys.map(({ kid }) => kid)).toContain(keyId);
  await verify(young, before);
  await verify(old);
  identity.clock.advance(899_000);
  await verify(old);
  identity.clock.advance(120_000);
  expect((await keySet()).keys.map(({ kid }) => kid)).not.toContain(signedBy(old));
});

test('a rotation needs an administrator and is recorded', async () => {
  const user = callerOf(await register(identity.call, 'rotator'));
  await expect(identity.call.rotateKey({}, user)).rejects.toMatchObject({ reason: 'FORBIDDEN' });
  await expect(identity.call.rotateKey({}, byNobody)).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' });
  const { keyId } = await identity.call.rotateKey({}, await admin());
  const rows = await identity.sql(`select action from platform.audit_entries where target = $1`, [
    `signing_key:${keyId}`,
  ]);
  expect(rows).toEqual([{ action: 'signing_key.rotate' }]);
});

test('another replica notices a rotation, and what it signed meanwhile verifies everywhere', async () => {
  const other = await identity.replica();
  const { keyId } = await identity.call.rotateKey({}, await admin());
  const stale = await logIn(other.call, 'claims');
  await verify(stale);
  await verify(stale, await keySet(other.call));
  identity.clock.advance(2000);
  expect(signedBy(await logIn(other.call, 'claims'))).toBe(keyId);
  await other.stop();
});

test('rotations at the same moment leave one current and one next key', async () => {
  const caller = await admin();
  await Promise.all(Array.from({ length: 5 }, () => identity.call.rotateKey({}, caller)));
  const states = await identity.sql(
    `select state, count(*)::int as keys from signing_keys where state <> 'retired' group by state order by state`,
  );
  expect(states).toEqual([
    { state: 'current', keys: 1 },
    { state: 'next', keys: 1 },
  ]);
});

test('private keys are sealed, are erased at retirement, and open with one secret only', async () => {
  const rows = await identity.sql<{ state: string; sealed: string | null }>(
    `select state, encode(sealed_private, 'escape') as sealed from signing_keys`,
  );
  for (const { state, sealed } of rows) {
    if (state === 'retired') expect(sealed).toBeNull();
    else expect(sealed).not.toContain('"d"');
  }
  await expect(identity.replica({ SIGNING_KEY_SECRET: 'another secret' })).rejects.toMatchObject({
    cause: expect.objectContaining({ message: expect.stringContaining('SIGNING_KEY_SECRET') }),
  });
});
