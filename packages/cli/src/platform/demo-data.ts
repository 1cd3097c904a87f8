/** What a newcomer finds after the first start, made through public APIs as anybody could. Safe to run again. */
import { setTimeout as delay } from 'node:timers/promises';
import { rpcClient, systemCaller } from '@fanfare/kit';
import { ADMINISTRATOR, DEMO_USERS } from './demo-accounts.ts';

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

export interface Addresses {
  /** The gateway's public address. */
  readonly gateway: string;
  /** `host:port` of gifting's RPCs. */
  readonly gifting: string;
}

/**
 * Makes the demo accounts, their coins, a room and the gifts to send.
 * @throws when the platform goes on refusing
 */
export async function seedDemoData({ gateway, gifting }: Addresses): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await seedCatalogue(gifting);
      return await seedAccounts(gateway);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
    await delay(500);
  }
}

/** The services' code is loaded here only, where it has been generated for certain. */
async function seedCatalogue(address: string): Promise<void> {
  const { demoGifts } = await import('@fanfare/gifting/demo-gifts');
  const { GiftingServiceService } = await import('@fanfare/contracts/gifting/v1/gifting_service');
  const client = rpcClient(GiftingServiceService, { name: 'gifting', address, tls: null });
  try {
    for (const gift of demoGifts) await client.call.createGift({ gift }, { caller: systemCaller });
  } finally {
    await client.stop?.();
  }
}

async function seedAccounts(gateway: string): Promise<void> {
  const users: Session[] = [];
  for (const user of DEMO_USERS) users.push(await openAccount(gateway, user));
  const admin = await logIn(gateway, ADMINISTRATOR);
  for (const { user } of users) {
    const grant = { asset: 'coin', amount: DEMO_COINS, reason: 'demo data' };
    // The key makes a second run find the first one's grant instead of paying again.
    await post(gateway, `/admin/users/${user.id}/grants`, grant, admin, `demo-grant-${user.id}`);
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
