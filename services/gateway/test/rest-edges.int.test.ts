import { errorCatalogue, newId } from '@fanfare/kit';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { tokenSigner } from './peers.ts';
import { runHttp } from './running-http.ts';

const http = await runHttp();
const { peers, signer, token, as, get, post } = http;
afterAll(http.stop);
beforeEach(http.reset);

const refusals = errorCatalogue({
  INSUFFICIENT_FUNDS: ['failed_precondition', 'Insufficient funds. Required: {required}, Available: {available}'],
});

test('a refusal of a service reaches the client whole, under the id of the request', async () => {
  peers.economy.transfer = async () => {
    throw refusals.INSUFFICIENT_FUNDS({ required: '200.00', available: '150.00' });
  };
  const answer = await post(
    '/api/v1/wallet/transfers',
    { toUserId: 8, amount: '200' },
    { 'x-correlation-id': 'trace-me' },
  );
  expect(answer.statusCode).toBe(402);
  expect(answer.headers['x-request-id']).toBe('trace-me');
  expect(answer.json()).toEqual({
    success: false,
    message: 'Insufficient funds. Required: 200.00, Available: 150.00',
    errors: null,
    code: 'INSUFFICIENT_FUNDS',
    kind: 'failed_precondition',
    retryable: false,
    details: { required: '200.00', available: '150.00' },
    requestId: 'trace-me',
    timestamp: expect.any(String),
  });
});

test('every field that is wrong is named with what would be right', async () => {
  const answer = await post('/api/v1/rooms/0/gifts', {
    giftId: 2 ** 53,
    quantity: 0,
    recipientIds: ['8', 1.5],
    expectedPrice: 5,
  });
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ code: 'INVALID_ARGUMENT', kind: 'invalid', retryable: false, details: {} });
  const errors = { ...answer.json().errors };
  const body = await post('/api/v1/rooms/1/gifts', {
    giftId: 2 ** 53,
    quantity: 0,
    recipientIds: ['8', 1.5],
    expectedPrice: 5,
  });
  expect({ ...errors, ...body.json().errors }).toEqual({
    id: ['must be a whole number from 1 to 9007199254740991'],
    giftId: ['must be a whole number from 1 to 9007199254740991'],
    quantity: ['must be a whole number from 1 to 9999'],
    'recipientIds.0': ['must be a whole number from 1 to 9007199254740991'],
    'recipientIds.1': ['must be a whole number from 1 to 9007199254740991'],
    expectedPrice: ['must be a decimal string from 0.01 to 90071992547409.91 with at most two places'],
  });
  const empty = await as(token, { method: 'POST', url: '/api/v1/wallet/transfers' });
  expect(empty.json().code).toBe('INVALID_ARGUMENT');
  for (const amount of ['0', '-1', '1.234', '1e3', 'NaN', '', '90071992547409.92', 12.5]) {
    const refused = await post('/api/v1/wallet/transfers', { toUserId: 8, amount });
    expect(refused.json().errors).toEqual({
      amount: ['must be a decimal string from 0.01 to 90071992547409.91 with at most two places'],
    });
  }
});

test('nobody passes without a token that is valid', async () => {
  const expired = await signer.sign({ sub: '7' }, { lifetime: '-1s' });
  const forged = await (await tokenSigner('one')).sign({ sub: '7' });
  const codes = [];
  for (const bearer of [null, 'garbage', forged, expired]) {
    const answer = await get('/api/v1/wallet', bearer);
    expect(answer.statusCode).toBe(401);
    codes.push(answer.json().code);
  }
  expect(codes).toEqual(['UNAUTHENTICATED', 'TOKEN_INVALID', 'TOKEN_INVALID', 'TOKEN_EXPIRED']);
});

test('what never reaches a route is refused in the same shape', async () => {
  const raw = (payload: string, type: string) =>
    as(token, { method: 'POST', url: '/api/v1/rooms', payload, headers: { 'content-type': type } });
  const seen = [
    await raw('{"name":', 'application/json'),
    await raw('{"__proto__":{"admin":true},"name":"x"}', 'application/json'),
    await raw('name=x', 'application/x-www-form-urlencoded'),
    await raw(JSON.stringify({ name: 'x'.repeat(100_000) }), 'application/json'),
    await get('/api/v1/nowhere?secret=1'),
    await get('/api/v1/rooms/%zz'),
    await get('/api/v1/rooms/abc'),
    await get(`/api/v1/rooms/${'9'.repeat(200)}`),
  ];
  for (const answer of seen) {
    expect(Object.keys(answer.json()).sort()).toEqual([
      ...['code', 'details', 'errors', 'kind', 'message', 'requestId', 'retryable', 'success', 'timestamp'],
    ]);
  }
  expect(seen.map((answer) => [answer.statusCode, answer.json().code])).toEqual([
    [400, 'MALFORMED_BODY'],
    [400, 'INVALID_ARGUMENT'],
    [415, 'UNSUPPORTED_MEDIA_TYPE'],
    [413, 'PAYLOAD_TOO_LARGE'],
    [404, 'ROUTE_NOT_FOUND'],
    [400, 'INVALID_ARGUMENT'],
    [400, 'INVALID_ARGUMENT'],
    [400, 'INVALID_ARGUMENT'],
  ]);
  expect(seen[1]?.json().errors).toEqual({ body: ['must not have the key __proto__'] });
  expect(seen[3]?.json().details).toEqual({ maximum: 65_536 });
  expect(seen[4]?.json().message).toBe('There is no GET /api/v1/nowhere.');
});

test('a body is an object, what is missing is required, and what is of another type is told its own', async () => {
  const texts = async (url: string, payload: unknown) => {
    const headers = { 'content-type': 'application/json' };
    return (await as(token, { method: 'POST', url, headers, payload: JSON.stringify(payload) })).json().errors;
  };
  for (const body of [null, 7, [], 'x']) {
    expect(await texts('/api/v1/gifts/send', body)).toEqual({ body: ['must be an object'] });
  }
  expect((await as(token, { method: 'POST', url: '/api/v1/rooms' })).json().errors).toEqual({
    body: ['must be an object'],
  });
  expect(await texts('/api/v1/gifts/send', {})).toEqual({
    giftId: ['is required'],
    quantity: ['is required'],
    recipientIds: ['is required'],
  });
  const wrong = { giftId: 3, quantity: 1, recipientIds: 8, comboId: 7 };
  expect(await texts('/api/v1/gifts/send', wrong)).toEqual({
    recipientIds: ['must be a list of user ids'],
    comboId: ['must be text'],
  });
  expect(await texts('/api/v1/rooms', { name: 7 })).toEqual({ name: ['must be text'] });
});

test('a known path with another method tells which ones it takes', async () => {
  const refused = await as(token, { method: 'DELETE', url: '/api/v1/rooms/42/gifts?x=1' });
  expect(refused.statusCode).toBe(405);
  expect(refused.headers['allow']).toBe('POST, GET, HEAD');
  expect(refused.json()).toMatchObject({
    code: 'METHOD_NOT_ALLOWED',
    message: '/api/v1/rooms/42/gifts takes POST, GET, HEAD, not DELETE.',
    details: { allowed: 'POST, GET, HEAD' },
  });
  const methods = ['GET', 'PUT', 'DELETE', 'PATCH'] as const;
  const codes = methods.map(async (method) => (await as(null, { method, url: '/api/v1/auth/login' })).statusCode);
  expect(await Promise.all(codes)).toEqual([405, 405, 405, 405]);
});

test('what a service did not expect is shown without its text', async () => {
  peers.rooms.getRoom = async () => {
    throw new Error('password=hunter2');
  };
  const answer = await get('/api/v1/rooms/42');
  expect(answer.statusCode).toBe(500);
  expect(answer.json()).toMatchObject({ code: 'INTERNAL', message: 'Something went wrong on our side.' });
});

test('the keys are served bare', async () => {
  expect((await get('/.well-known/jwks.json', null)).json()).toEqual(JSON.parse(signer.jwks));
});

test('the reference is OpenAPI 3.1 with every route, and its page needs nothing from elsewhere', async () => {
  const document = (await get('/openapi.json', null)).json();
  expect(document.openapi).toBe('3.1.0');
  const gifts = document.paths['/api/v1/rooms/{id}/gifts'];
  expect(Object.keys(gifts)).toEqual(['post', 'get']);
  const created = gifts.post.responses['201'].content['application/json'].schema;
  expect(created.properties.data).toEqual({ $ref: '#/components/schemas/SentGiftReceipt' });
  expect(gifts.post.parameters.map((parameter: { name: string }) => parameter.name)).toContain('idempotency-key');
  expect(document.components.schemas.User.required).toContain('lastActiveAt');
  expect(document.paths['/api/v1/auth/login'].post.security).toEqual([]);
  const page = await get('/docs', null);
  expect(page.statusCode).toBe(200);
  expect(page.body.match(/(?:src|href)="[^"]*"/g)?.filter((reference) => reference.includes('//'))).toEqual([]);
  expect((await get('/docs/static/swagger-ui-bundle.js', null)).statusCode).toBe(200);
});

test('in the reference every operation has a name of its own, and numbers in paths and queries are integers', async () => {
  const document = (await get('/openapi.json', null)).json();
  interface Parameter {
    readonly name: string;
    readonly in: string;
    readonly schema: Readonly<Record<string, unknown>>;
  }
  interface Operation {
    readonly operationId?: string;
    readonly parameters?: readonly Parameter[];
  }
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path as Record<string, Operation>));
  const names = operations.map(({ operationId }) => operationId);
  expect(names).toEqual(names.map(() => expect.stringMatching(/^[a-z]+[A-Za-z]*$/)));
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(['registerUser', 'sendGift', 'banUser', 'unbanUser']));
  const parameters = operations.flatMap((operation) => operation.parameters ?? []);
  const texts = ['requestId', 'withdrawalId', 'itemId'];
  const numbers = parameters.filter(
    ({ name, in: where }) => (where === 'path' && !texts.includes(name)) || name === 'limit',
  );
  expect(numbers.length).toBeGreaterThan(20);
  for (const { schema } of numbers) expect(schema).toMatchObject({ type: 'integer', minimum: 1 });
  const limit = parameters.find(({ name }) => name === 'limit');
  expect(limit?.schema).toMatchObject({ maximum: 100 });
  expect(limit?.schema).not.toHaveProperty('pattern');
  const { headers } = document.paths['/api/v1/wallet/transfers'].post.responses['201'];
  expect(headers['Idempotency-Key'].description).toContain('repeat');
  expect(Object.keys(document.components.schemas).filter((name) => name.endsWith('Input'))).toEqual([]);
  const opened = document.paths['/api/v1/rooms'].post.requestBody.content['application/json'].schema.properties;
  expect(opened.maxParticipants.anyOf[0]).toMatchObject({ type: 'integer', maximum: 10_000 });
});

test('browsers of any origin may call and read the headers they need', async () => {
  const headers = {
    origin: 'https://app.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization',
  };
  const preflight = await as(null, { method: 'OPTIONS', url: '/api/v1/gifts/send', headers });
  expect(preflight.statusCode).toBe(204);
  expect(preflight.headers['access-control-allow-origin']).toBe('*');
  const answer = await as(null, { method: 'GET', url: '/api/v1/me', headers: { origin: 'https://app.example' } });
  expect(answer.headers['access-control-expose-headers']).toContain('idempotency-key');
});

test('a user who asks too often is told when to come back, and nobody else is', async () => {
  peers.economy.getWallet = async () => ({ balances: [] });
  const limited = await http.open('user=3/0.01,ip=2/0.01');
  const [mona, other] = await Promise.all([
    signer.sign({ sub: `9${Date.now()}` }),
    signer.sign({ sub: `8${Date.now()}` }),
  ]);
  const ask = (bearer: string) =>
    limited.inject({
      method: 'GET',
      url: '/api/v1/wallet',
      headers: { authorization: `Bearer ${bearer}`, 'x-forwarded-for': newId() },
    });
  const seen = [await ask(mona), await ask(mona), await ask(mona), await ask(mona), await ask(other)];
  expect(seen.map((answer) => answer.statusCode)).toEqual([200, 200, 200, 429, 200]);
  expect(seen[3]?.json()).toMatchObject({
    code: 'RATE_LIMITED',
    kind: 'exhausted',
    retryable: true,
    details: { limit: 'user' },
  });
  expect(Number(seen[3]?.headers['retry-after'])).toBeGreaterThan(0);
  const guess = () =>
    limited.inject({
      method: 'GET',
      url: '/api/v1/wallet',
      headers: { authorization: 'Bearer x' },
      remoteAddress: '203.0.113.9',
    });
  expect([await guess(), await guess(), await guess()].map((answer) => answer.statusCode)).toEqual([401, 401, 429]);
});
