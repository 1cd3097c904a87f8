import { execFile } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { temporaryFolder } from './folders.ts';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { postgresFolder, removePostgresFolder } from './postgres-folder.ts';
import { launchProcess, type ServerProcess } from './process.ts';
import { onPort, type RunningServer, running, type ServerOptions, untilReady } from './server.ts';

const run = promisify(execFile);
/** 13 services x 3 replicas, once all are built, hold about 200 connections; the rest is for tests and people. */
const MAX_CONNECTIONS = 300;
/** After kill -9 of the postmaster its backends leave by themselves; until then a new one refuses to start. */
const OLD_BACKENDS_TIMEOUT_MS = 20_000;

/**
 * A PostgreSQL server on the loopback interface whose superuser is `postgres`, without passwords. `url` names the
 * database `postgres`.
 */
export function startPostgres(options: ServerOptions = {}): Promise<RunningServer> {
  return onPort(options.port, async (port) => {
    const binaries = postgresBinaries();
    const temporary = options.dataDir === undefined ? temporaryFolder('postgres') : undefined;
    if (temporary !== undefined) chmodSync(temporary, 0o755); // the server's user walks through it
    const dataDir = options.dataDir ?? join(temporary ?? '', 'data');
    try {
      const folder = postgresFolder(dataDir, binaries.uid);
      if (!existsSync(join(folder, 'PG_VERSION'))) await createCluster(binaries, folder, options.durable ?? false);
      const server = await launchOnceFree(() => launchPostgres(binaries, folder, port, options));
      const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
      await untilReady('postgres', server, () => accepts(url));
      return running(url, port, server, temporary);
    } catch (error) {
      if (temporary !== undefined) removePostgresFolder(temporary);
      throw error;
    }
  });
}

/** The server must not inherit the locale or PG* variables of whoever started us. */
const environment = (folder: string): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], HOME: folder, TZ: 'UTC' });

async function createCluster({ initdb, uid }: PostgresBinaries, folder: string, durable: boolean): Promise<void> {
  const args = ['-D', folder, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C'];
  const user = uid === undefined ? {} : { uid, gid: uid };
  await run(initdb, durable ? args : [...args, '--no-sync'], { ...user, cwd: folder, env: environment(folder) });
}

function launchPostgres(
  binaries: PostgresBinaries,
  folder: string,
  port: number,
  options: ServerOptions,
): Promise<ServerProcess> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: String(MAX_CONNECTIONS),
    shared_buffers: '128MB',
    max_wal_size: '4GB',
    ...(options.durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
  };
  return launchProcess({
    command: binaries.postgres,
    args: ['-D', folder, '-p', String(port), ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`])],
    env: environment(folder),
    cwd: folder,
    uid: binaries.uid,
    stopSignal: 'SIGINT',
    logFile: options.logFile,
  });
}

/** Starts again while a predecessor's backends still hold the data; never touches its pid file. */
async function launchOnceFree(launch: () => Promise<ServerProcess>): Promise<ServerProcess> {
  const deadline = performance.now() + OLD_BACKENDS_TIMEOUT_MS;
  for (;;) {
    const server = await launch();
    await Promise.race([server.ended, delay(150)]);
    const inUse = server.hasEnded() && /postmaster\.pid" already exists|shared memory block/.test(server.tail());
    if (!inUse || performance.now() > deadline) return server;
    await delay(200);
  }
}

async function accepts(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => {}); // the attempt that is answered below is what counts
  try {
    await client.connect();
    return true;
  } catch {
    return false; // still starting or recovering
  } finally {
    await client.end().catch(() => {});
  }
}
