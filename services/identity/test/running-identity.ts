import {
  IdentityServiceService,
  type RegisterRequest,
  type Session,
} from '@fanfare/contracts/identity/v1/identity_service';
import {
  anonymous,
  type Caller,
  type Environment,
  fakeClock,
  type RpcClient,
  rpcClient,
  type Service,
  silentLogger,
  userCaller,
} from '@fanfare/kit';
import { openBus } from '@fanfare/messaging';
import { cloneDatabase, freePort, privateNats } from '@fanfare/testing';
import { decodeJwt } from 'jose';
import pg from 'pg';
import { readConfig } from '../src/config.ts';
import { createIdentityService } from '../src/service.ts';

export type Identity = RpcClient<typeof IdentityServiceService>['call'];

interface Heard {
  readonly subject: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: { readonly get: (name: string) => string };
}

export interface RunningIdentity {
  readonly databaseUrl: string;
  readonly call: Identity;
  /** Starts another replica on the same database and bus. */
  readonly replica: (env?: Environment) => Promise<{ readonly call: Identity; readonly stop: () => Promise<void> }>;
  readonly clock: ReturnType<typeof fakeClock>;
  /** Every event published so far, in order. */
  readonly heard: readonly Heard[];
  readonly sql: <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>;
  readonly stop: () => Promise<void>;
}

/** A whole identity service over a real database and bus, with a clock that the test moves. */
export async function runningIdentity(label: string, env: Environment = {}): Promise<RunningIdentity> {
  const [database, nats] = await Promise.all([cloneDatabase('identity', { label }), privateNats()]);
  const clock = fakeClock(new Date());
  const bus = openBus({ url: nats.url, name: 'test', log: silentLogger });
  await bus.start?.();
  const heard: Heard[] = [];
  bus.connection.subscribe('evt.identity.>', {
    callback: (_error, message) => {
      const headers = { get: (name: string) => message.headers?.get(name) ?? '' };
      heard.push({ subject: message.subject, body: message.json<Heard['body']>(), headers });
    },
  });
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });

  const replica = async (more: Environment = {}) => {
    const port = await freePort();
    const config = readConfig({
      DATABASE_URL: database.url,
      NATS_URL: nats.url,
      GRPC_PORT: String(port),
      OPS_PORT: '0',
      ...env,
      ...more,
    });
    const service: Service = await createIdentityService(config, { clock, log: silentLogger });
    await service.start();
    const client = rpcClient(IdentityServiceService, { name: 'identity', address: `127.0.0.1:${port}`, tls: null });
    const stop = async (): Promise<void> => {
      await client.stop?.();
      await service.stop();
    };
    return { call: client.call, stop };
  };

  const first = await replica();
  return {
    databaseUrl: database.url,
    call: first.call,
    replica,
    clock,
    heard,
    sql: async <Row extends object>(text: string, values: unknown[] = []) => (await pool.query<Row>(text, values)).rows,
    stop: async () => {
      await first.stop();
      await bus.stop?.();
      await pool.end();
      await nats.stop();
    },
  };
}

export const byNobody = { caller: anonymous };

export const phone = { ip: '10.0.0.7', userAgent: 'phone' };
export const laptop = { ip: '10.0.0.8', userAgent: 'laptop' };

export const PASSWORD = 'correct horse battery';

export const registration = (username: string, more: Partial<RegisterRequest> = {}): RegisterRequest => ({
  username,
  email: `${username}@example.org`,
  password: PASSWORD,
  device: phone,
  ...more,
});

export async function register(call: Identity, username: string): Promise<Session> {
  const { session } = await call.register(registration(username), byNobody);
  return present(session);
}

export async function logIn(call: Identity, username: string, device = phone, password = PASSWORD): Promise<Session> {
  const { session } = await call.login({ email: `${username}@example.org`, password, device }, byNobody);
  return present(session);
}

export async function refresh(call: Identity, refreshToken: string, device = phone): Promise<Session> {
  const { session } = await call.refresh({ refreshToken, device }, byNobody);
  return present(session);
}

/** The caller the gateway would make of the session's access token. */
export function callerOf(session: Session): { caller: Caller } {
  const claims = decodeJwt<{ sid: string; roles: string[] }>(session.accessToken);
  return { caller: userCaller(BigInt(claims.sub ?? ''), { roles: claims.roles, sessionId: claims.sid }) };
}

export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the answer lacks a part');
  return value;
}

export const idOf = (session: Session): bigint => present(session.user).id;
