/** A PostgreSQL server that can be killed with -9 and comes back with its data, at the same address. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningServer, removePostgresFolder, startPostgres } from '@fanfare/testing/servers';

export interface PrivateServer {
  readonly url: string;
  /** Resolves when it serves again. */
  readonly killAndRestart: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Waits for the disk at every commit. */
export async function privateServer(): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'fanfare-soak-ledger-'));
  chmodSync(folder, 0o755); // the server's user walks through it
  const dataDir = join(folder, 'data');
  const remove = (): void => {
    removePostgresFolder(dataDir);
    rmSync(folder, { recursive: true, force: true });
  };
  let server: RunningServer;
  try {
    server = await startPostgres({ dataDir, durable: true });
  } catch (error) {
    remove();
    throw error;
  }
  const { url, port } = server;
  return {
    url,
    killAndRestart: async () => {
      process.kill(server.pid, 'SIGKILL');
      await server.ended;
      server = await startPostgres({ dataDir, durable: true, port });
    },
    remove: async () => {
      await server.stop();
      remove();
    },
  };
}
