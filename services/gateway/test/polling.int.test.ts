import { createClient } from '@fanfare/client';
import { systemClock } from '@fanfare/kit';
import { eventually } from '@fanfare/testing';
import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Balancer, startBalancer } from './balancer.ts';
import { openEcho } from './echo-client.ts';
import { type RunningGateways, runGateways } from './running-gateways.ts';

let run: RunningGateways;
let ahead = 0;
const closers: (() => Promise<unknown> | unknown)[] = [];

beforeAll(async () => {
  run = await runGateways();
  const clock = { ...systemClock, now: () => new Date(Date.now() + ahead) };
  await Promise.all([run.start({}, { clock }), run.start({}, { clock })]);
  run.peers.rooms.refreshRoomToken = async ({ roomId }, { caller }) => ({
    token: await run.roomToken(caller.userId ?? 0n, Number(roomId)),
  });
});
afterEach(async () => {
  ahead = 0;
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => run.stop());

const tokenOf = (user: number): Promise<string> => run.signer.sign({ sub: String(user) });

async function balanced(keepsBy: 'cookie' | 'nothing'): Promise<Balancer> {
  const balancer = await startBalancer(
    run.gateways.map((gateway) => gateway.httpPort()),
    keepsBy,
  );
  closers.push(balancer.stop);
  return balancer;
}

async function pollingClient(port: number, user: number, options: object = {}): Promise<Socket> {
  const auth = { token: await tokenOf(user), v: 1 };
  const socket = io(`http://127.0.0.1:${port}`, { transports: ['polling'], forceNew: true, auth, ...options });
  closers.push(() => socket.disconnect());
  return socket;
}

const refusalOf = (socket: Socket) =>
  new Promise<Error & { readonly data?: unknown }>((resolve) => socket.on('connect_error', resolve));

const withoutAffinity = { code: 4511, reason: 'POLLING_WITHOUT_AFFINITY', retryAfterMs: null };

/** Longer than any client waits before it begins again. */
const LONGEST_PAUSE_MS = 2000;

async function expectSilence(balancer: Balancer): Promise<void> {
  // Its goodbye may still be on its way.
  await new Promise((resolve) => setTimeout(resolve, LONGEST_PAUSE_MS / 4));
  const requests = balancer.requests();
  await new Promise((resolve) => setTimeout(resolve, LONGEST_PAUSE_MS));
  expect(balancer.requests()).toBe(requests);
}

describe('behind a balancer that spreads requests', () => {
  it('a polling client is refused with what to do, and does not come back', async () => {
    const balancer = await balanced('nothing');
    const socket = await pollingClient(balancer.port, 7);
    const error = await refusalOf(socket);
    expect(error.message).toContain("transports: ['websocket']");
    expect(error.data).toEqual(withoutAffinity);
    expect(socket.active).toBe(false);
    await expectSilence(balancer);
  });

  it('so is laravel-echo, which cannot change to a websocket there', async () => {
    const balancer = await balanced('nothing');
    const { echo, socket } = openEcho(balancer.port, await tokenOf(7));
    closers.push(() => echo.disconnect());
    echo.private('user.7').listen('.gift.sent', () => {});
    expect((await refusalOf(socket)).data).toEqual(withoutAffinity);
    await expectSilence(balancer);
  });

  it('so is a client of ours that was told to poll, while a websocket goes through', async () => {
    const { port } = await balanced('nothing');
    const url = `http://127.0.0.1:${port}`;
    const tokens = { accessToken: await tokenOf(7), refreshToken: 'none' };
    const polling = createClient({ url, transports: ['polling'] });
    polling.useTokens(tokens);
    await expect(polling.connect()).rejects.toMatchObject({ code: 'POLLING_WITHOUT_AFFINITY', retryable: false });
    const client = createClient({ url });
    client.useTokens(tokens);
    const connection = await client.connect();
    closers.push(connection.close);
    expect(connection.session()).toMatchObject({ userId: 7 });
  });
});

it('behind a balancer that keeps each client at one gateway, polling works and changes to a websocket', async () => {
  const { port } = await balanced('cookie');
  const polling = [await pollingClient(port, 7, { withCredentials: true })];
  polling.push(await pollingClient(port, 7, { withCredentials: true }));
  const { echo, socket, transport, subscribed, heard } = openEcho(port, await tokenOf(7), { withCredentials: true });
  closers.push(() => echo.disconnect());
  const shown = polling.map((client) => {
    const gifts: unknown[] = [];
    client.on('gift.sent', (data) => gifts.push(data));
    return gifts;
  });
  for (const client of polling) await new Promise((resolve) => client.once('session', resolve));
  expect(await subscribed('private-user.7')).toBeNull();
  await eventually(() => expect(transport()).toBe('websocket'));
  for (const id of ['a', 'b', 'c']) await run.emit('user.7', 'gift.sent', { id });
  const all = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
  for (const gifts of shown) await eventually(() => expect(gifts).toEqual(all));
  await eventually(() => expect(heard('private-user.7', 'gift.sent')).toEqual(all));
  expect(socket.connected).toBe(true);
});

it('a balancer’s cookie comes from pages of the origins that are listed', async () => {
  const listed = await run.start({ CORS_ORIGINS: 'https://app.example' });
  const headers = { origin: 'https://app.example' };
  const url = `http://127.0.0.1:${listed.httpPort()}/socket.io/?EIO=4&transport=polling`;
  const answer = await fetch(url, { headers });
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example');
  expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
});

describe('a session that a gateway does not know', () => {
  const ask = (index: number, sid?: string): Promise<Response> => {
    const more = sid === undefined ? '' : `&sid=${encodeURIComponent(sid)}`;
    return fetch(`http://127.0.0.1:${run.gateways[index]?.httpPort()}/socket.io/?EIO=4&transport=polling${more}`);
  };
  const begin = async (index: number): Promise<string> => JSON.parse((await (await ask(index)).text()).slice(1)).sid;
  const unknown = { code: 1, message: 'Session ID unknown' };

  it('but another one does, which has just begun, is ended by both with one refusal', async () => {
    const sid = await begin(0);
    const refusals = [await (await ask(1, sid)).text(), await (await ask(0, sid)).text()];
    for (const refusal of refusals) expect(refusal).toMatch(/^44\{"message":"Long-polling needs sticky sessions/);
  });

  it('nor any other gateway, is to begin again', async () => {
    const sid = await begin(0);
    for (const gone of [sid.replace(/^.{12}/, 'wDbYT9fnGOQ9'), sid.replace(/.{5}$/, 'xxxxx'), 'anything']) {
      const answer = await ask(1, gone);
      expect([answer.status, await answer.json()]).toEqual([400, unknown]);
    }
  });

  it('and whose gateway has been found for a while, is to begin again too: it has moved', async () => {
    const sid = await begin(0);
    ahead = 11_000;
    const answer = await ask(1, sid);
    expect([answer.status, await answer.json()]).toEqual([400, unknown]);
  });
});
