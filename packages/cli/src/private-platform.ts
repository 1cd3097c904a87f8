/** A platform of a test's or a soak's own, by the command line as a user runs it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, removePostgresFolder } from '@fanfare/testing/servers';
import { ROOT } from './paths.ts';

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Status {
  readonly ready: boolean;
  readonly gateways: readonly string[];
  readonly services: readonly {
    readonly name: string;
    readonly replica: number;
    readonly pid: number | null;
    readonly state: string;
    readonly restarts: number;
    readonly rpcPort: number | null;
    readonly opsPort: number;
  }[];
  readonly infrastructure: Readonly<Record<'postgres' | 'nats' | 'redis', { pid: number | null; url: string }>>;
}

export interface Platform {
  readonly dataDir: string;
  /** `up --detach` with `more`, on the folder of this platform. */
  readonly up: (...more: string[]) => Promise<Answer>;
  /** The same on a free port. @throws with what it printed when it does not become ready */
  readonly start: (...more: string[]) => Promise<Status>;
  readonly status: () => Promise<{ readonly code: number; readonly status: Status }>;
  /** What is wrong with the ledger; empty when nothing is. */
  readonly verify: () => Promise<readonly string[]>;
  readonly down: () => Promise<Answer>;
  /** Stops it and removes its data. */
  readonly remove: () => Promise<void>;
}

/** Runs `fanfare` to its end; what it leaves running goes on. */
export function fanfare(...args: string[]): Promise<Answer> {
  return new Promise((resolve) => {
    const main = join(ROOT, 'packages/cli/src/main.ts');
    execFile(process.execPath, [main, ...args], { cwd: tmpdir() }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

export function privatePlatform(): Platform {
  const parent = mkdtempSync(join(tmpdir(), 'fanfare-platform-'));
  const dataDir = join(parent, 'data');
  const here = ['--data-dir', dataDir];
  const up = (...more: string[]): Promise<Answer> => fanfare('up', '--detach', ...here, ...more);
  const down = (): Promise<Answer> => fanfare('down', ...here);
  const status = async (): Promise<{ code: number; status: Status }> => {
    const { code, stdout } = await fanfare('status', '--json', ...here);
    return { code, status: JSON.parse(stdout) as Status };
  };
  return {
    dataDir,
    up,
    start: async (...more) => {
      const { code, stderr } = await up('--port', String(await freePort()), ...more);
      if (code !== 0) throw new Error(`the platform did not start:\n${stderr}`);
      return (await status()).status;
    },
    status,
    verify: async () => {
      const { code, stdout, stderr } = await fanfare('verify', '--json', ...here);
      return code === 0 ? [] : [`verify: ${stdout}${stderr}`];
    },
    down,
    remove: async () => {
      await down();
      removePostgresFolder(join(dataDir, 'postgres'));
      rmSync(parent, { recursive: true, force: true });
    },
  };
}
