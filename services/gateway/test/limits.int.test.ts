import { newId } from '@fanfare/kit';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gateway } from '../src/service.ts';
import { type RunningGateways, runGateways } from './running-gateways.ts';

let run: RunningGateways;

beforeAll(async () => {
  run = await runGateways();
});
afterAll(() => run.stop());

/** One that no other test has used: buckets are kept in Redis. */
let last = Number.parseInt(newId().slice(-6), 16);
const newUser = (): bigint => {
  last += 1;
  return BigInt(last) + 1_000_000n;
};
const newAddress = (): string => {
  last += 1;
  return `10.${last % 250}.${(last >> 8) % 250}.${(last >> 16) % 250}`;
};

/** What a handshake from this address is refused with. */
function refusedWith(gateway: Gateway, address: string, token: string): Promise<string> {
  const socket = io(`http://127.0.0.1:${gateway.httpPort()}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth: { token, v: 1 },
    extraHeaders: { 'x-forwarded-for': address },
  });
  return new Promise((resolve) => {
    const end = (how: string): void => {
      socket.disconnect();
      resolve(how);
    };
    socket.once('connect', () => end('connected'));
    socket.once('connect_error', (error) => end((error as Error & { data: { reason: string } }).data.reason));
  });
}

async function requestFrom(gateway: Gateway, address: string): Promise<number> {
  const headers = { authorization: 'Bearer x', 'x-forwarded-for': address };
  const { status } = await fetch(`http://127.0.0.1:${gateway.httpPort()}/api/v1/me`, { headers });
  return status;
}

describe('commands', () => {
  it('are limited for a user over all connections and gateways, also those that nobody knows', async () => {
    const limits = { RATE_LIMITS: 'user=6/0.001,connection=100/100' };
    const gateways = [await run.start(limits), await run.start(limits)];
    const user = newUser();
    // Their handshakes take two of six.
    const clients = await Promise.all(gateways.map((gateway) => run.connect({ gateway, user })));
    const asked = clients.flatMap((client) =>
      ['room.explode', 'room.leave', 'chat.send'].map((name) => client.ask(name)),
    );
    const limited = (await Promise.all(asked)).filter(({ error }) => error.reason === 'RATE_LIMITED');
    expect(limited.map(({ error }) => error.details.limit)).toEqual(['user', 'user']);
    const other = await run.connect({ gateway: gateways[0] as Gateway, user: newUser() });
    expect((await other.ask('room.leave')).error.reason).toBe('INVALID_ARGUMENT');
  });

  it('are limited on each connection by itself', async () => {
    const gateway = await run.start({ RATE_LIMITS: 'connection=3/0.001' });
    const user = newUser();
    const [one, other] = [await run.connect({ gateway, user }), await run.connect({ gateway, user })];
    const reasons = async (client: typeof one) =>
      (await Promise.all(Array.from({ length: 4 }, () => client.ask('room.leave')))).map(({ error }) => error.reason);
    expect((await reasons(one)).filter((reason) => reason === 'RATE_LIMITED')).toHaveLength(1);
    expect((await reasons(other)).filter((reason) => reason === 'RATE_LIMITED')).toHaveLength(1);
  });
});

describe('handshakes', () => {
  it('are limited for a user over all gateways', async () => {
    const limits = { RATE_LIMITS: 'user=4/0.001', TRUST_PROXY: 'all' };
    const gateways = [await run.start(limits), await run.start(limits)] as const;
    const token = await run.signer.sign({ sub: String(newUser()) });
    const outcomes: string[] = [];
    for (let i = 0; i < 6; i += 1) outcomes.push(await refusedWith(gateways[i % 2 === 0 ? 0 : 1], newAddress(), token));
    expect(outcomes).toEqual([...Array<string>(4).fill('connected'), 'RATE_LIMITED', 'RATE_LIMITED']);
    const other = await run.signer.sign({ sub: String(newUser()) });
    expect(await refusedWith(gateways[0], newAddress(), other)).toBe('connected');
  });
});

describe('wrong tokens', () => {
  const behindProxy = { RATE_LIMITS: 'ip=4/0.001', TRUST_PROXY: 'all' };

  it('are limited for an address over handshakes, requests and gateways', async () => {
    const [one, two] = [await run.start(behindProxy), await run.start(behindProxy)];
    const address = newAddress();
    expect(await refusedWith(one, address, 'x')).toBe('TOKEN_INVALID');
    expect(await refusedWith(two, address, 'x')).toBe('TOKEN_INVALID');
    expect([await requestFrom(one, address), await requestFrom(two, address)]).toEqual([401, 401]);
    expect(await refusedWith(one, address, 'x')).toBe('RATE_LIMITED');
    expect(await requestFrom(two, address)).toBe(429);
  });

  it('count against nobody behind the same proxy, and not against who has a right one', async () => {
    const gateway = await run.start(behindProxy);
    const address = newAddress();
    for (let i = 0; i < 5; i += 1) await refusedWith(gateway, address, 'x');
    expect(await refusedWith(gateway, address, 'x')).toBe('RATE_LIMITED');
    expect(await refusedWith(gateway, newAddress(), 'x')).toBe('TOKEN_INVALID');
    expect(await refusedWith(gateway, address, await run.signer.sign({ sub: '7' }))).toBe('connected');
  });
});
