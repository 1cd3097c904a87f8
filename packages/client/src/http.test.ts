import { expect, test } from 'vitest';
import { httpClient, urlOf } from './http.ts';
import { tokenKeeper } from './tokens.ts';

const success = (data: unknown) => new Response(JSON.stringify({ success: true, data }));
const refusal = (status: number, kind: string, code: string, retryable: boolean) =>
  new Response(JSON.stringify({ success: false, code, kind, message: code, details: {}, errors: null, retryable }), {
    status,
  });

/** A platform that gives these answers one after the other, and keeps the requests. */
function platform(answers: (() => Response)[], { loggedIn = true } = {}) {
  const seen: { url: string; headers: Record<string, string> }[] = [];
  const tokens = tokenKeeper({ exchange: async () => ({ accessToken: 'new', refreshToken: 'r2' }) });
  if (loggedIn) tokens.replace({ accessToken: 'old', refreshToken: 'r1' });
  const answer: typeof fetch = async (input, init) => {
    seen.push({ url: String(input), headers: init?.headers as Record<string, string> });
    const next = answers.shift();
    if (next === undefined) throw new TypeError('connection refused');
    return next();
  };
  return { seen, send: httpClient({ url: 'http://platform/', fetch: answer, tokens }) };
}

test('a query leaves out what is not given', () => {
  const query = { limit: 5, cursor: undefined, query: 'a b' };
  expect(urlOf('http://x/', { path: '/rooms', query })).toBe('http://x/api/v1/rooms?limit=5&query=a+b');
});

test('an expired token is renewed once and the request sent again', async () => {
  const expired = () => refusal(401, 'unauthenticated', 'TOKEN_EXPIRED', false);
  const { seen, send } = platform([expired, () => success('ok')]);
  expect(await send({ method: 'GET', path: '/me' })).toBe('ok');
  expect(seen.map(({ headers }) => headers['authorization'])).toEqual(['Bearer old', 'Bearer new']);
  const still = platform([expired, expired, () => success('never')]);
  await expect(still.send({ method: 'GET', path: '/me' })).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  expect(still.seen).toHaveLength(2);
});

test('what anybody may ask is asked without a token, or with the one there is', async () => {
  const open = { method: 'GET', path: '/gifts', auth: 'optional' } as const;
  const [stranger, user] = [platform([() => success(1)], { loggedIn: false }), platform([() => success(2)])];
  expect([await stranger.send(open), await user.send(open)]).toEqual([1, 2]);
  expect([...stranger.seen, ...user.seen].map(({ headers }) => headers['authorization'])).toEqual([
    undefined,
    'Bearer old',
  ]);
  await expect(stranger.send({ method: 'GET', path: '/me' })).rejects.toMatchObject({ kind: 'unauthenticated' });
});

test('a command with an id is sent again under that id, one without is not', async () => {
  const away = () => refusal(503, 'unavailable', 'UNAVAILABLE', true);
  const { seen, send } = platform([away, () => success('ok')]);
  expect(await send({ method: 'POST', path: '/wallet/transfers', body: {}, idempotencyKey: 'k' })).toBe('ok');
  expect(seen.map(({ headers }) => headers['idempotency-key'])).toEqual(['k', 'k']);
  const other = platform([away, () => success('never')]);
  await expect(other.send({ method: 'POST', path: '/rooms', body: {} })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(other.seen).toHaveLength(1);
});

test('a platform that cannot be reached is a retryable NETWORK error', async () => {
  const { send } = platform([]);
  await expect(send({ method: 'POST', path: '/rooms', body: {} })).rejects.toMatchObject({
    code: 'NETWORK',
    retryable: true,
  });
});
