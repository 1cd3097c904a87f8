import { AppError, commonErrors, fakeClock, silentLogger } from '@fanfare/kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Authenticator, createAuthenticator, type Principal } from '../src/authenticator.ts';
import { type RunningPeers, startPeers, type TokenSigner, tokenSigner } from './peers.ts';

let peers: RunningPeers;
let signer: TokenSigner;
let fetches: number;
let revoked: (principal: Principal) => boolean;

const clock = fakeClock(new Date());
const reasonOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'passed',
    (error: unknown) => (error instanceof AppError ? error.reason : String(error)),
  );

function authenticator(): Authenticator {
  return createAuthenticator({
    identity: peers.clients.identity,
    log: silentLogger,
    clock,
    isRevoked: (principal) => revoked(principal),
  });
}

beforeEach(async () => {
  peers = await startPeers();
  signer = await tokenSigner('one');
  fetches = 0;
  revoked = () => false;
  peers.handlers.identity.getKeySet = async () => {
    fetches += 1;
    return { jwks: signer.jwks };
  };
});
afterEach(() => peers.stop());

test('a token proves its user, session, roles and tenant', async () => {
  const token = await signer.sign({ sub: '7', sid: 's-1', roles: ['admin'], tid: 'acme' });
  const principal = await authenticator().verify(token);
  expect(principal).toMatchObject({ userId: 7n, sessionId: 's-1' });
  expect(principal.caller).toMatchObject({ userId: 7n, sessionId: 's-1', roles: ['admin'], tenantId: 'acme' });
  expect(principal.expiresAt - principal.sessionBegan).toBe(15 * 60 * 1000);
});

test('forged, foreign, malformed and expired tokens are refused each by their reason', async () => {
  const { verify } = authenticator();
  const stranger = await tokenSigner('one');
  expect(await reasonOf(verify(await stranger.sign({ sub: '7' })))).toBe('TOKEN_INVALID');
  expect(await reasonOf(verify(await signer.sign({ sub: '7' }, { issuer: 'other' })))).toBe('TOKEN_INVALID');
  expect(await reasonOf(verify(await signer.sign({ sub: 'seven' })))).toBe('TOKEN_INVALID');
  expect(await reasonOf(verify(await signer.sign({ sub: '7', sid: undefined })))).toBe('TOKEN_INVALID');
  expect(await reasonOf(verify('x.y.z'))).toBe('TOKEN_INVALID');
  expect(await reasonOf(verify('x'.repeat(100_000)))).toBe('TOKEN_INVALID');
  expect(await reasonOf(verify(await signer.sign({ sub: '7' }, { lifetime: '-1s' })))).toBe('TOKEN_EXPIRED');
});

test('a token that was verified before is refused once it expires, and once its session is revoked', async () => {
  const { verify } = authenticator();
  const long = await signer.sign({ sub: '7' });
  const other = await signer.sign({ sub: '8' });
  await verify(long);
  await verify(other);
  revoked = (principal) => principal.userId === 8n;
  expect(await reasonOf(verify(other))).toBe('SESSION_REVOKED');
  clock.advance(16 * 60 * 1000);
  expect(await reasonOf(verify(long))).toBe('TOKEN_EXPIRED');
});

test('a new key is asked for once, and unknown keys do not flood identity', async () => {
  const { verify } = authenticator();
  await verify(await signer.sign({ sub: '7' }, { lifetime: '1h' }));
  expect(fetches).toBe(1);
  clock.advance(10_000);
  signer = await tokenSigner('two');
  const renewed = await Promise.all([7, 8, 9].map((id) => signer.sign({ sub: String(id) }, { lifetime: '1h' })));
  expect(await Promise.all(renewed.map((token) => reasonOf(verify(token))))).toEqual(['passed', 'passed', 'passed']);
  expect(fetches).toBe(2);
  const unknown = await (await tokenSigner('three')).sign({ sub: '7' });
  expect(await reasonOf(verify(unknown))).toBe('TOKEN_INVALID');
  expect(await reasonOf(verify(unknown))).toBe('TOKEN_INVALID');
  expect(fetches).toBe(2);
});

test('while identity is away known keys verify, and an unknown one is not held against the token', async () => {
  const { verify, problem } = authenticator();
  const known = await signer.sign({ sub: '7' }, { lifetime: '1h' });
  const getKeySet = peers.handlers.identity.getKeySet;
  peers.handlers.identity.getKeySet = async () => {
    throw commonErrors.INTERNAL();
  };
  expect(await reasonOf(verify(known))).toBe('UNAVAILABLE');
  expect(problem?.()).toContain('waiting for identity');
  peers.handlers.identity.getKeySet = getKeySet as NonNullable<typeof getKeySet>;
  expect(await reasonOf(verify(known))).toBe('passed');
  expect(problem?.()).toBeNull();
  peers.handlers.identity.getKeySet = async () => {
    throw commonErrors.INTERNAL();
  };
  clock.advance(10_000);
  const renewed = await (await tokenSigner('two')).sign({ sub: '7' }, { lifetime: '1h' });
  expect(await reasonOf(verify(renewed))).toBe('UNAVAILABLE');
  expect(await reasonOf(verify(await signer.sign({ sub: '8' }, { lifetime: '1h' })))).toBe('passed');
});
