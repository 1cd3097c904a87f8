/** What every measurement needs: the private server, its processors' time, and room in the outbox. */
import { serverCpuSeconds } from '@fanfare/testing/measure';
import { startPostgres } from '@fanfare/testing/servers';
import pg from 'pg';
import { type Sample, sample } from './load.ts';

export interface BenchContext {
  readonly serverUrl: string;
  readonly admin: pg.Client;
  /** Of each measured window. */
  readonly seconds: number;
  readonly report: (line: string) => void;
  readonly cpuSeconds: () => number | null;
  /** One window: makes room in the outbox of `databaseUrl`, warms up and measures. */
  readonly window: (databaseUrl: string, callers: number, post: (caller: number) => Promise<void>) => Promise<Sample>;
}

/** PostgreSQL waits for the disk at every commit. The server goes with `stack`. */
export async function openBench(
  stack: AsyncDisposableStack,
  seconds: number,
  report: (line: string) => void,
): Promise<BenchContext> {
  const postgres = await startPostgres({ durable: true, progress: report });
  stack.defer(() => postgres.stop());
  const admin = new pg.Client({ connectionString: postgres.url });
  await admin.connect();
  stack.defer(() => admin.end());
  const cpuSeconds = (): number | null => serverCpuSeconds(postgres.pid);
  return {
    serverUrl: postgres.url,
    admin,
    seconds,
    report,
    cpuSeconds,
    window: async (databaseUrl, callers, post) => {
      await emptyOutbox(databaseUrl);
      return sample({ callers, seconds, post, serverCpuSeconds: cpuSeconds });
    },
  };
}

/**
 * A relay keeps the outbox of a running service empty. None runs here, so that what is measured is the ledger; instead
 * the rows are dropped between windows.
 */
export async function emptyOutbox(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('truncate platform.outbox').finally(() => client.end());
}
