import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { cloneDatabase, eventually, natsUrl, redisUrl } from '../src/index.ts';
import { removePostgresFolder, startNats, startPostgres } from '../src/servers/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'fanfare-test-'));
afterAll(() => {
  removePostgresFolder(join(folder, 'postgres'));
  rmSync(folder, { recursive: true, force: true });
});

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client
    .query(sql)
    .then((result) => result.rows as Record<string, unknown>[])
    .finally(() => client.end());
}

describe('shared servers', () => {
  it('answer under the provided addresses', async () => {
    const nats = await connect({ servers: natsUrl() });
    expect((await (await jetstreamManager(nats)).getAccountInfo()).streams).toBeGreaterThanOrEqual(0);
    await nats.close();
    const redis = new Redis(redisUrl());
    expect(await redis.ping()).toBe('PONG');
    redis.disconnect();
  });

  it('give each clone tables of its own and a role without privileges', async () => {
    const [one, two] = await Promise.all([cloneDatabase('platform'), cloneDatabase('platform')]);
    await query(one.url, 'create table only_in_one (id int)');
    expect(await query(two.url, "select to_regclass('only_in_one') as found")).toEqual([{ found: null }]);
    expect(await query(two.url, 'select rolsuper from pg_roles where rolname = current_user')).toEqual([
      { rolsuper: false },
    ]);
    expect(await query(two.url, "select 1 as ok from pg_namespace where nspname = 'platform'")).toEqual([{ ok: 1 }]);
    await one.drop();
    await expect(query(one.url, 'select 1')).rejects.toThrow(/does not exist/);
  });
});

describe('a kept data folder', () => {
  it('brings PostgreSQL rows back after kill -9 of the server', async () => {
    const options = { dataDir: join(folder, 'postgres'), durable: true };
    const first = await startPostgres(options);
    await query(first.url, 'create table kept as select 42 as answer');
    process.kill(first.pid, 'SIGKILL');
    expect(await first.ended).toBe('signal SIGKILL');
    const second = await startPostgres({ ...options, port: first.port });
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  it('brings JetStream messages back after a stop', async () => {
    const options = { dataDir: join(folder, 'nats') };
    const publish = async (url: string): Promise<number> => {
      const connection = await connect({ servers: url });
      const manager = await jetstreamManager(connection);
      await manager.streams.add({ name: 'KEPT', subjects: ['kept'] });
      const ack = await manager.jetstream().publish('kept');
      await connection.close();
      return ack.seq;
    };
    const first = await startNats(options);
    expect(await publish(first.url)).toBe(1);
    await first.stop();
    const second = await startNats(options);
    expect(await publish(second.url)).toBe(2);
    await second.stop();
  });
});

it('stops completely and removes temporary data', async () => {
  const server = await startNats();
  await server.stop();
  await server.stop();
  expect(() => process.kill(server.pid, 0)).toThrow(/ESRCH/);
});

it('a server does not start on a port that another one has', async () => {
  const first = await startNats();
  await expect(startNats({ port: first.port })).rejects.toThrow(`port ${first.port} is already in use`);
  await first.stop();
});

it.runIf(process.platform === 'linux')('dies with a parent that is killed', async () => {
  const script = `
    const { startNats } = await import(${JSON.stringify(new URL('../src/servers/nats.ts', import.meta.url).href)});
    console.log((await startNats({ dataDir: ${JSON.stringify(join(folder, 'orphan'))} })).pid);
    process.kill(process.pid, 'SIGKILL');`;
  let output = '';
  try {
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  const pid = Number(output);
  expect(pid).toBeGreaterThan(1);
  await eventually(() => expect(existsSync(`/proc/${pid}`)).toBe(false));
});
