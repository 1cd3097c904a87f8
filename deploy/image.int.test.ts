import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cloneDatabase, eventually, freePort, privateNats } from '@fanfare/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

// What the Dockerfile does, without an engine: the same two commands, and the folder they leave.
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'fanfare-image-'));
const secret = 'a-secret-of-at-least-32-characters';
let running: ChildProcess | undefined;
let nats: Awaited<ReturnType<typeof privateNats>> | undefined;

function must(command: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
}

beforeAll(() => {
  const pnpm = join(root, 'node_modules/.bin/pnpm');
  must(pnpm, ['--filter', '@fanfare/identity', 'deploy', '--prod', '--config.node-linker=hoisted', folder]);
  must(process.execPath, ['deploy/docker/bundle.ts', 'identity', folder]);
}, 60_000);

afterAll(async () => {
  running?.kill('SIGKILL');
  await nats?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function run(args: readonly string[], env: Readonly<Record<string, string>>): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

test('an image in production mode refuses to start without its secrets, and names them all', () => {
  const { status, text } = run(['--import', './telemetry.mjs', 'main.mjs'], { FANFARE_ENV: 'production' });
  expect(status).toBe(1);
  expect(text).toContain('DATABASE_URL');
  expect(text).toContain('SIGNING_KEY_SECRET');
});

test('an image migrates its database, becomes ready, and leaves cleanly when told to', async () => {
  const database = await cloneDatabase('platform');
  nats = await privateNats();
  const opsPort = await freePort();
  const env = {
    FANFARE_ENV: 'production',
    DATABASE_URL: database.url,
    NATS_URL: nats.url,
    SIGNING_KEY_SECRET: secret,
    GRPC_PORT: '0',
    OPS_PORT: String(opsPort),
  };
  expect(run(['migrate.mjs'], env)).toMatchObject({ status: 0, text: expect.stringContaining('applied') });
  expect(run(['migrate.mjs'], env)).toMatchObject({ status: 0, text: expect.stringContaining('up to date') });

  running = spawn(process.execPath, ['--import', './telemetry.mjs', 'main.mjs'], { cwd: folder, env });
  let output = '';
  running.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  running.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await eventually(async () => {
    const answer = await fetch(`http://127.0.0.1:${opsPort}/readyz`).catch((error: Error) => error);
    expect(answer, output).toMatchObject({ status: 200 });
  });
  const left = once(running, 'exit');
  running.kill('SIGTERM');
  expect(await left).toEqual([0, null]);
});
