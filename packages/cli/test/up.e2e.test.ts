import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { eventually, freePort } from '@fanfare/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICES } from '../src/platform/services.ts';
import { fanfare, type Platform, privatePlatform, type Status } from '../src/private-platform.ts';

let running: Platform;
let port: number;

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

async function becomesReady(): Promise<Status> {
  return eventually(async () => {
    const { code, status } = await running.status();
    expect([code, status.ready]).toEqual([0, true]);
    return status;
  }, 60_000);
}

const pidsOf = (status: Status): number[] =>
  [...status.services, ...Object.values(status.infrastructure)].flatMap(({ pid }) => pid ?? []);

beforeAll(async () => {
  running = privatePlatform();
  port = await freePort();
  const answer = await running.up('--port', String(port));
  expect(answer.stderr, answer.stderr).toContain('services: starting in one process');
  expect(answer.code).toBe(0);
  expect(answer.stdout).toContain('admin@fanfare.local / fanfare-admin');
});
afterAll(() => running?.remove());

describe('a platform in one process', () => {
  it('tells its state as scripts expect it', async () => {
    const { code, status } = await running.status();
    expect([code, status.ready, status.gateways]).toEqual([0, true, [`http://127.0.0.1:${port}`]]);
    expect(status.services.map(({ name }) => name)).toEqual(SERVICES.map(({ name }) => name));
    expect(new Set(status.services.map(({ pid }) => pid)).size).toBe(1);
    expect(status.services[1]).toEqual({
      name: 'economy',
      replica: 0,
      pid: expect.any(Number),
      state: 'ready',
      restarts: 0,
      rpcPort: expect.any(Number),
      opsPort: expect.any(Number),
    });
    expect(status.infrastructure).toEqual({
      postgres: { pid: expect.any(Number), url: expect.stringMatching(/^postgresql:/) },
      nats: { pid: expect.any(Number), url: expect.stringMatching(/^nats:/) },
      redis: { pid: expect.any(Number), url: expect.stringMatching(/^redis:/) },
    });
  });

  it('lets the demo accounts in', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'alice@fanfare.local', password: 'fanfare-demo' }),
    });
    expect(response.status).toBe(200);
  });

  it('refuses to start twice on the same data', async () => {
    const answer = await running.up('--port', String(await freePort()));
    expect(answer.code).toBe(1);
    expect(answer.stderr).toContain('already running');
  });

  it('prints the log of one service out of the log of all', async () => {
    const { stdout, code } = await fanfare('logs', 'economy', '--data-dir', running.dataDir);
    expect(code).toBe(0);
    const services = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { service: string }).service);
    expect(new Set(services)).toEqual(new Set(['economy']));
  });

  it('starts again whatever is killed, servers included', async () => {
    const before = await becomesReady();
    for (const pid of new Set(pidsOf(before))) process.kill(pid, 'SIGKILL');
    await eventually(async () => {
      const { status } = await running.status();
      expect(status.services.every(({ restarts }) => restarts >= 1)).toBe(true);
    }, 60_000);
    const after = await becomesReady();
    expect(pidsOf(after).filter((pid) => pidsOf(before).includes(pid))).toEqual([]);
  });

  it('is taken over after its supervisor was killed, with its data', async () => {
    const before = await becomesReady();
    const { pid } = JSON.parse(readFileSync(join(running.dataDir, 'supervisor.lock'), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await eventually(async () => expect((await running.status()).code).toBe(3));
    const answer = await running.up('--port', String(port));
    expect(answer.code, answer.stderr).toBe(0);
    expect(pidsOf(before).filter((old) => !isGone(old))).toEqual([]);
    await becomesReady();
  });

  it('leaves nothing behind when it is told to stop', async () => {
    const pids = pidsOf(await becomesReady());
    expect((await running.down()).code).toBe(0);
    expect(pids.filter((pid) => !isGone(pid))).toEqual([]);
    const { code, status } = await running.status();
    expect([code, status.ready, status.services]).toEqual([3, false, []]);
    expect((await running.down()).code).toBe(0);
  });
});

it('says what to do about a port that is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await eventually(() => expect(other.listening).toBe(true));
  const address = other.address();
  const taken = typeof address === 'object' ? address?.port : 0;
  const answer = await running.up('--port', String(taken));
  other.close();
  expect(answer.code).toBe(1);
  expect(answer.stderr).toContain(`port ${taken} is taken by another program`);
});

it('runs a process for each replica', async () => {
  const answer = await running.up('--processes', '--replicas', 'gateway=2,economy=2', '--port', String(port));
  expect(answer.code, answer.stderr).toBe(0);
  const status = await becomesReady();
  expect(status.gateways).toEqual([`http://127.0.0.1:${port}`, `http://127.0.0.1:${port + 1}`]);
  expect(status.services).toHaveLength(7);
  expect(new Set(status.services.map(({ pid }) => pid)).size).toBe(7);
  const second = status.services.find(({ name, replica }) => name === 'economy' && replica === 1);
  process.kill(second?.pid ?? 0, 'SIGKILL');
  await eventually(async () => {
    const now = (await running.status()).status.services;
    expect(now.filter(({ restarts }) => restarts > 0).map(({ name, replica }) => [name, replica])).toEqual([
      ['economy', 1],
    ]);
  });
  await becomesReady();
});
