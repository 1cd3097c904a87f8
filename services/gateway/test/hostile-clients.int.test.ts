import { request } from 'node:http';
import { eventually } from '@fanfare/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRaw, openTcp, upgradeRequest } from '../soak/fuzz/raw-socket.ts';
import { clientFrame, OPCODE } from '../soak/fuzz/websocket-bytes.ts';
import type { Gateway } from '../src/service.ts';
import { type RunningGateways, runGateways } from './running-gateways.ts';

let run: RunningGateways;
let gateway: Gateway;
let token: string;

beforeAll(async () => {
  run = await runGateways();
  gateway = await run.start();
  token = await run.signer.sign({ sub: '7' });
});
afterAll(() => run.stop());

/** A client that speaks by hand, once its session has begun; `said` is what it was told. */
async function rawSession(at: Gateway = gateway) {
  const said: string[] = [];
  const raw = await openRaw(at.httpPort(), (text) => {
    said.push(text);
    return text.startsWith('0{') ? `40${JSON.stringify({ token, v: 1 })}` : undefined;
  });
  await eventually(() => expect(said.some((text) => text.startsWith('42["session"'))).toBe(true));
  return { raw, said };
}

async function metric(at: Gateway, line: string): Promise<string | undefined> {
  const text = await (await fetch(`http://127.0.0.1:${at.opsPort()}/metrics`)).text();
  return text.split('\n').find((one) => one.startsWith(line));
}

const statusOf = (path: string, method: string, port: number): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const sent = request({ port, path, method }, (response) => resolve(response.resume().statusCode));
    sent.on('error', reject).end();
  });

const POLLING = '/socket.io/?EIO=4&transport=polling';

describe('a malformed message', () => {
  it('with more arguments than a call takes ends its own connection and nothing else', async () => {
    const other = await run.connect();
    for (const message of [`42["x"${',0'.repeat(65_000)}]`, '42', '42[1]', `431[0${',0'.repeat(500_000)}]`]) {
      const { raw } = await rawSession();
      raw.say(message);
      await raw.ended;
    }
    expect((await other.ask('room.leave', {})).error.reason).toBe('INVALID_ARGUMENT');
  });

  it('that says CONNECT again and again begins one session at most', async () => {
    const said: string[] = [];
    const raw = await openRaw(gateway.httpPort(), (text) => {
      said.push(text);
      return undefined;
    });
    for (let n = 0; n < 50; n += 1) raw.say(`40${JSON.stringify({ token: await run.signer.sign({ sub: '7', n }) })}`);
    await raw.ended;
    expect(said.filter((text) => text.startsWith('42["session"')).length).toBeLessThan(2);
  });

  it('does not keep a refused client from trying again on the same connection', async () => {
    const said: string[] = [];
    const raw = await openRaw(gateway.httpPort(), (text) => {
      said.push(text);
      if (text.startsWith('0{')) return '40{"token":"x"}';
      return text.startsWith('44') ? `40${JSON.stringify({ token })}` : undefined;
    });
    await eventually(() => expect(said.some((text) => text.startsWith('42["session"'))).toBe(true));
    raw.destroy();
  });
});

describe('a polling request', () => {
  it('of a method that there is not is refused', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      expect(await statusOf(POLLING, method, gateway.httpPort())).toBe(405);
    }
  });

  it('that asks for an upgrade at a gateway which does not hold its session breaks nothing', async () => {
    const other = await run.start();
    const opened = await (await fetch(`http://127.0.0.1:${gateway.httpPort()}${POLLING}`)).text();
    const { sid } = JSON.parse(opened.slice(1)) as { readonly sid: string };
    for (const method of ['GET', 'PUT']) {
      const socket = await openTcp(other.httpPort());
      const ended = new Promise((resolve) => socket.once('close', resolve));
      socket.resume();
      socket.write(upgradeRequest(`${POLLING}&sid=${sid}`).replace('GET', method));
      await ended;
    }
    const client = await run.connect({ gateway: other });
    expect(client.shown[0]?.name).toBe('session');
  });
});

describe('a client that reads nothing', () => {
  it('is cut off when its answers come to the cap', async () => {
    const small = await run.start({ SOCKET_BUFFER_BYTES: '16384' });
    const { raw } = await rawSession(small);
    raw.pause();
    // The answer names every field.
    const command = `421${JSON.stringify(['gift.send', { recipientIds: Array<object>(50).fill({}) }])}`;
    await eventually(async () => {
      for (let i = 0; i < 500; i += 1) raw.say(command);
      expect(await metric(small, 'fanfare_socket_disconnects_total{code="4003"')).toMatch(/ 1$/);
    });
    raw.destroy();
  });

  it('is cut off when the answers to its pings come to the cap', async () => {
    const small = await run.start({ SOCKET_BUFFER_BYTES: '16384' });
    const { raw } = await rawSession(small);
    raw.pause();
    const pings = Buffer.concat(
      Array<Buffer>(5000).fill(clientFrame({ opcode: OPCODE.ping, payload: Buffer.alloc(125) })),
    );
    await eventually(async () => {
      raw.write(pings);
      expect(await metric(small, 'fanfare_sockets{')).toMatch(/ 0$/);
    });
    raw.destroy();
  });
});

describe('a client that sends as fast as it can', () => {
  const limits = { RATE_LIMITS: 'connection=10/1' };

  it('is told so and cut off, whatever it sends', async () => {
    const limited = await run.start(limits);
    for (const message of ['42["room.explode"]', '431[]', `42["x","${'x'.repeat(30_000)}"]`]) {
      const { raw, said } = await rawSession(limited);
      for (let i = 0; i < 200; i += 1) raw.say(message);
      await raw.ended;
      expect(said.at(-1)).toMatch(/^42\["closing",{"code":4004,"reason":"RATE_LIMITED","retryAfterMs":\d+}/);
    }
  });

  it('is cut off for pings of the websocket', async () => {
    const limited = await run.start(limits);
    const { raw } = await rawSession(limited);
    raw.write(Buffer.concat(Array<Buffer>(500).fill(clientFrame({ opcode: OPCODE.ping }))));
    expect(await raw.ended).toBe('cut');
  });

  it('has few tokens of one connection looked at', async () => {
    const limited = await run.start(limits);
    const said: string[] = [];
    const raw = await openRaw(limited.httpPort(), (text) => {
      said.push(text);
      return text.startsWith('2') ? undefined : '40{"token":"x"}';
    });
    await raw.ended;
    // Forty in the bucket, and what comes in meanwhile; each takes twenty.
    expect(said.filter((text) => text.startsWith('44')).length).toBeLessThan(5);
  });

  it('by long-polling has its session ended', async () => {
    const limited = await run.start(limits);
    const url = `http://127.0.0.1:${limited.httpPort()}${POLLING}`;
    const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1)) as { readonly sid: string };
    const body = Array<string>(200).fill('3').join('\u001e');
    await fetch(`${url}&sid=${sid}`, { method: 'POST', body });
    expect((await fetch(`${url}&sid=${sid}`)).status).toBe(400);
  });
});
