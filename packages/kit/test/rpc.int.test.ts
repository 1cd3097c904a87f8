import {
  EconomyServiceService,
  type GetWalletRequest,
  type GetWalletResponse,
} from '@fanfare/contracts/economy/v1/economy_service';
import { HealthCheckResponse_ServingStatus, HealthClient } from '@fanfare/contracts/grpc/health/v1/health';
import { ServerReflectionClient } from '@fanfare/contracts/grpc/reflection/v1/reflection';
import { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import { credentials } from '@grpc/grpc-js';
import { afterEach, expect, test } from 'vitest';
import {
  AppError,
  anonymous,
  type Call,
  closing,
  commonErrors,
  createMetrics,
  type Handlers,
  invalid,
  type Part,
  rpcClient,
  rpcServer,
  silentLogger,
  userCaller,
} from '../src/index.ts';

const parts: Part[] = [];
afterEach(async () => {
  for (const part of parts.splice(0).reverse()) await part.stop?.();
});

type Answer = (request: GetWalletRequest, call: Call) => Promise<GetWalletResponse>;

const options = (service: string, port = 0) => ({
  service,
  host: '127.0.0.1',
  port,
  tls: null,
  log: silentLogger,
  metrics: createMetrics(service),
  drainMs: 200,
});

async function serve(getWallet: Answer, port = 0): Promise<number> {
  const handlers: Partial<Handlers<typeof EconomyServiceService>> = {
    getWallet,
    listPointItems: async () => ({ items: [] }),
  };
  const server = rpcServer(EconomyServiceService, handlers as Required<typeof handlers>, options('economy', port));
  await server.start?.();
  parts.push(server);
  return server.port();
}

function connect(port: number, once: readonly 'getWallet'[] = []): (userId: bigint) => Promise<GetWalletResponse> {
  const client = rpcClient(EconomyServiceService, {
    name: 'economy',
    address: `127.0.0.1:${port}`,
    tls: null,
    deadlineMs: 3000,
    once,
  });
  parts.push(client);
  return (userId) => client.call.getWallet({ userId }, { caller: userCaller(userId), correlationId: 'c-1' });
}

test('a call carries its caller, correlation id and deadline', async () => {
  let seen: Call | undefined;
  const port = await serve(async (request, call) => {
    seen = call;
    return { balances: [{ currency: 'COIN', minor: request.userId }] };
  });
  const answer = await connect(port)(2n ** 53n - 1n);
  expect(answer.balances[0]?.minor).toBe(2n ** 53n - 1n);
  expect(seen?.caller.userId).toBe(2n ** 53n - 1n);
  expect(seen?.correlationId).toBe('c-1');
  expect(seen?.remainingMs()).toBeGreaterThan(0);
});

test('a refusal arrives as it was thrown', async () => {
  const port = await serve(() => Promise.reject(invalid('user_id', 'must be positive')));
  await expect(connect(port)(1n)).rejects.toMatchObject({
    kind: 'invalid',
    reason: 'INVALID_ARGUMENT',
    fields: { user_id: ['must be positive'] },
  });
});

test('a bug arrives as internal, without its text', async () => {
  const port = await serve(() => Promise.reject(new Error('relation "secrets" does not exist')));
  const failure = await connect(port)(1n).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AppError);
  expect(failure).toMatchObject({ kind: 'internal', reason: 'INTERNAL' });
  expect(String(failure)).not.toContain('secrets');
});

test('a call without a caller is anonymous, and refused before the handler unless the RPC is public', async () => {
  let asked = 0;
  const port = await serve(async () => {
    asked += 1;
    return { balances: [] };
  });
  const client = rpcClient(EconomyServiceService, { name: 'economy', address: `127.0.0.1:${port}`, tls: null });
  parts.push(client);
  const attempt = client.call.getWallet({ userId: 1n }, { caller: anonymous });
  await expect(attempt).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' });
  expect(asked).toBe(0);
  const open = client.call.listPointItems({ includeInactive: false }, { caller: anonymous });
  await expect(open).resolves.toEqual({ items: [] });
});

test('nobody serves or calls an RPC whose proto does not say who may', () => {
  const silent = { cheer: { ...EconomyServiceService.getWallet, path: '/fanfare.party.v1.PartyService/Cheer' } };
  const path = silent.cheer.path;
  expect(() => rpcClient(silent, { name: 'party', address: '127.0.0.1:1', tls: null })).toThrow(path);
  expect(() => rpcServer(silent, { cheer: async () => ({ balances: [] }) }, options('party'))).toThrow(path);
});

test('a call outlives a restart of its service, unless its client was told to send it once', async () => {
  const port = await serve(async () => ({ balances: [] }));
  const repeatable = connect(port);
  const once = connect(port, ['getWallet']);
  await repeatable(1n);
  await parts.shift()?.stop?.();
  await expect(once(1n)).rejects.toMatchObject({ kind: 'unavailable' });
  const waiting = repeatable(1n);
  setTimeout(() => void serve(async () => ({ balances: [] }), port), 200);
  await expect(waiting).resolves.toEqual({ balances: [] });
});

test('a call is sent again while the service is unavailable, if its contract calls it repeatable', async () => {
  const asked = { refresh: 0, logout: 0, getKeySet: 0 };
  const awayAtFirst =
    <T>(rpc: keyof typeof asked, answer: T) =>
    async () => {
      asked[rpc] += 1;
      if (asked[rpc] === 1) throw commonErrors.UNAVAILABLE();
      return answer;
    };
  const handlers: Partial<Handlers<typeof IdentityServiceService>> = {
    refresh: awayAtFirst('refresh', { session: undefined }),
    logout: awayAtFirst('logout', {}),
    getKeySet: awayAtFirst('getKeySet', { jwks: '' }),
  };
  const server = rpcServer(IdentityServiceService, handlers as Required<typeof handlers>, options('identity'));
  await server.start?.();
  const address = `127.0.0.1:${server.port()}`;
  const client = rpcClient(IdentityServiceService, { name: 'identity', address, tls: null });
  parts.push(server, client);
  const request = { refreshToken: 'x', device: undefined };
  await expect(client.call.refresh(request, { caller: anonymous })).rejects.toMatchObject({ kind: 'unavailable' });
  await client.call.logout({}, { caller: userCaller(1n) });
  await client.call.getKeySet({}, { caller: anonymous });
  expect(asked).toEqual({ refresh: 1, logout: 2, getKeySet: 2 });
});

test('calls are spread over the replicas', async () => {
  const asked = [0, 0];
  const ports = [0, 1].map((replica) =>
    serve(async () => {
      asked[replica] = (asked[replica] ?? 0) + 1;
      return { balances: [] };
    }),
  );
  const address = (await Promise.all(ports)).map((port) => `127.0.0.1:${port}`).join(',');
  const client = rpcClient(EconomyServiceService, { name: 'economy', address, tls: null });
  parts.push(client);
  // The first calls go to whichever connection is up first; both are after a round trip each.
  while (asked.includes(0)) await client.call.getWallet({ userId: 1n }, { caller: userCaller(1n) });
  expect(asked.every((count) => count > 0)).toBe(true);
});

test('health and reflection answer like any gRPC server', async () => {
  const port = await serve(async () => ({ balances: [] }));
  const health = new HealthClient(`127.0.0.1:${port}`, credentials.createInsecure());
  parts.push(closing('health', async () => health.close()));
  const status = await new Promise((resolve, reject) => {
    health.check({ service: 'fanfare.economy.v1.EconomyService' }, (error, answer) =>
      error === null ? resolve(answer?.status) : reject(error),
    );
  });
  expect(status).toBe(HealthCheckResponse_ServingStatus.SERVING);

  const reflection = new ServerReflectionClient(`127.0.0.1:${port}`, credentials.createInsecure());
  parts.push(closing('reflection', async () => reflection.close()));
  const stream = reflection.serverReflectionInfo();
  const files = new Promise<number>((resolve, reject) => {
    stream.on('data', (answer) => resolve(answer.fileDescriptorResponse?.fileDescriptorProto.length ?? 0));
    stream.on('error', reject);
  });
  stream.write({ host: '', fileContainingSymbol: 'fanfare.economy.v1.EconomyService' });
  // The service's own file and what it imports: coin requests, points, withdrawals, money, options and what options are
  // declared by, and timestamp.
  expect(await files).toBe(8);
  stream.end();
});
