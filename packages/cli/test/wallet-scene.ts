/** What the suites about wallets play on: people with sockets of their own, and a ledger that must stay balanced. */
import { randomUUID } from 'node:crypto';
import type { Client, ServerEvents } from '@fanfare/client';
import { eventually } from '@fanfare/testing';
import { expect } from 'vitest';
import { administrator, connect, type Person, type RawSocket, register } from './people.ts';

/** Somebody with an open socket and an empty wallet. */
export interface Holder extends Person {
  readonly url: string;
  readonly socket: RawSocket;
}

export async function openWallet(url: string): Promise<Holder> {
  const person = await register(url);
  return { ...person, url, socket: await connect(url, { token: person.token, v: 1 }) };
}

export async function openScene(urls: readonly string[]) {
  const [first] = urls;
  const last = urls.at(-1);
  if (first === undefined || last === undefined) throw new Error('no gateway');
  return { first, last, admin: await administrator(first) };
}

/** What the socket was shown by `notification`, in order. */
export const notified = ({ socket }: Holder): readonly ServerEvents['notification'][] =>
  socket.of('notification').map(({ data }) => data as unknown as ServerEvents['notification']);

/** Waits for the notification that `is` recognises. */
export const notifiedOf = (holder: Holder, is: (data: ServerEvents['notification']['data']) => boolean) =>
  eventually(() => {
    const found = notified(holder).find(({ data }) => is(data));
    if (found === undefined) throw new Error(`not told yet: ${JSON.stringify(notified(holder))}`);
    return found;
  }, 20_000);

/** Waits until the socket's last word about the balance is this. */
export const balanceShown = ({ socket }: Holder, balances: object) =>
  eventually(() => expect(socket.of('balance.updated').at(-1)?.data).toMatchObject(balances));

/** By plain fetch, as any app does it. */
export async function call(holder: Holder, method: string, path: string, body?: object, key: string = randomUUID()) {
  const response = await fetch(`${holder.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${holder.token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      'idempotency-key': key,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Readonly<Record<string, unknown>>;
  return { status: response.status, answer, key: response.headers.get('idempotency-key') };
}

const nothing = { coin: '0.00', diamond: '0.00', point: '0.00' };

export async function expectBalancedLedger(admin: Client): Promise<void> {
  expect(await admin.admin.getTrialBalance()).toMatchObject({ sums: nothing, entrySums: nothing });
}

/** Runs what must be refused, and sees that nothing was posted. */
export async function expectNothingPosted(admin: Client, refused: () => Promise<void>): Promise<void> {
  const before = await admin.admin.getTrialBalance();
  await refused();
  expect(await admin.admin.getTrialBalance()).toEqual(before);
  expect(before).toMatchObject({ sums: nothing, entrySums: nothing });
}

export const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/);
