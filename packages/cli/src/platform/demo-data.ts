/** What a newcomer finds after the first start, made through the public API as anybody could. Safe to run again. */
import { setTimeout as delay } from 'node:timers/promises';

/** Identity makes this account by itself in development. */
export const ADMINISTRATOR = { email: 'admin@fanfare.local', password: 'fanfare-admin' } as const;

/** Accounts that exist after a start in development; told at the end of `up`. */
export const DEMO_USERS = [
  { username: 'alice', email: 'alice@fanfare.local', password: 'fanfare-demo' },
  { username: 'bob', email: 'bob@fanfare.local', password: 'fanfare-demo' },
] as const;

/** Enough for a few hundred gifts of the demo catalogue. */
const DEMO_COINS = '10000.00';
const DEMO_ROOM = { name: 'The lobby', category: 'music', language: 'en' };
/** A platform that has just become ready may still refuse the first calls while its parts find each other. */
const ATTEMPTS = 10;

interface Session {
  readonly user: { readonly id: number; readonly ownedRoomId: number | null };
  readonly accessToken: string;
}

interface Answer<T> {
  readonly status: number;
  readonly data: T;
}

/**
 * Makes the demo accounts, their coins and a room.
 * @param gateway public address
 * @throws when the platform goes on refusing
 */
export async function seedDemoData(gateway: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await seedOnce(gateway);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
    await delay(500);
  }
}

async function seedOnce(gateway: string): Promise<void> {
  const users: Session[] = [];
  for (const user of DEMO_USERS) users.push(await openAccount(gateway, user));
  const admin = await logIn(gateway, ADMINISTRATOR);
  for (const { user } of users) {
    const grant = { asset: 'coin', amount: DEMO_COINS, reason: 'demo data' };
    // The key makes a second run find the first one's grant instead of paying again.
    await post(gateway, `/admin/wallets/${user.id}/grants`, grant, admin, `demo-grant-${user.id}`);
  }
  const host = users[0];
  if (host !== undefined && host.user.ownedRoomId === null) await post(gateway, '/rooms', DEMO_ROOM, host);
}

async function openAccount(gateway: string, account: (typeof DEMO_USERS)[number]): Promise<Session> {
  const registered = await send<Session>(gateway, '/auth/register', account);
  return registered.status === 409 ? logIn(gateway, account) : accepted(registered, '/auth/register');
}

const logIn = (gateway: string, { email, password }: { email: string; password: string }): Promise<Session> =>
  post(gateway, '/auth/login', { email, password });

async function post<T>(gateway: string, path: string, body: object, session?: Session, key?: string): Promise<T> {
  return accepted(await send<T>(gateway, path, body, session, key), path);
}

function accepted<T>({ status, data }: Answer<T>, path: string): T {
  if (status >= 300) throw new Error(`POST ${path} answered ${status}`);
  return data;
}

async function send<T>(
  gateway: string,
  path: string,
  body: object,
  session?: Session,
  key?: string,
): Promise<Answer<T>> {
  const response = await fetch(`${gateway}/api/v1${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(session === undefined ? {} : { authorization: `Bearer ${session.accessToken}` }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  const { data } = (await response.json()) as { data: T };
  return { status: response.status, data };
}
