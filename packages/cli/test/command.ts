/** The command line as a user runs it, and what it answered. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removePostgresFolder } from '@fanfare/testing/servers';
import { ROOT } from '../src/paths.ts';

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

/** Runs `fanfare` to its end; what it leaves running goes on. */
export function fanfare(...args: string[]): Promise<Answer> {
  return new Promise((resolve) => {
    const main = join(ROOT, 'packages/cli/src/main.ts');
    execFile(process.execPath, [main, ...args], { cwd: tmpdir() }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

export interface Platform {
  readonly dataDir: string;
  readonly up: (...more: string[]) => Promise<Answer>;
  readonly status: () => Promise<{ readonly code: number; readonly status: Status }>;
  readonly down: () => Promise<Answer>;
  /** Stops it and removes its data. */
  readonly remove: () => Promise<void>;
}

/** A platform with a data folder of its own. */
export function platform(): Platform {
  const parent = mkdtempSync(join(tmpdir(), 'fanfare-e2e-'));
  const dataDir = join(parent, 'data');
  const here = ['--data-dir', dataDir];
  const down = (): Promise<Answer> => fanfare('down', ...here);
  return {
    dataDir,
    up: (...more) => fanfare('up', '--detach', ...here, ...more),
    status: async () => {
      const { code, stdout } = await fanfare('status', '--json', ...here);
      return { code, status: JSON.parse(stdout) as Status };
    },
    down,
    remove: async () => {
      await down();
      removePostgresFolder(join(dataDir, 'postgres'));
      rmSync(parent, { recursive: true, force: true });
    },
  };
}
