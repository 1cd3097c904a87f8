/** What the three servers have in common: options, a temporary or kept data folder, waiting until it serves. */
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, isListening } from './ports.ts';
import type { ServerProcess } from './process.ts';

export interface ServerOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Data that is kept. Default: a temporary folder that `stop` removes. */
  readonly dataDir?: string;
  /** Whether a commit waits for the disk. Default false, which is for tests only. */
  readonly durable?: boolean;
  /** Output is appended to this file. */
  readonly logFile?: string;
  /** Told what takes long, such as a download. */
  readonly progress?: (text: string) => void;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves once it has ended, asked or not, to how it did. Never rejects. */
  readonly ended: Promise<string>;
  /** Stops it, and removes its data if that was temporary. Safe to call twice. */
  readonly stop: () => Promise<void>;
}

/** Long enough for PostgreSQL to recover from a crash on a slow disk. */
const READY_TIMEOUT_MS = 60_000;
const ATTEMPTS_ON_FREE_PORTS = 3;

/**
 * Resolves when `isReady` does to true.
 * @throws with the server's last output when it ends first or is not ready after a minute (it is stopped then)
 */
export async function untilReady(name: string, server: ServerProcess, isReady: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (!(await isReady())) {
    if (server.hasEnded()) throw new Error(`${name} ended (${await server.ended}):\n${server.tail()}`);
    if (performance.now() > deadline) {
      await server.stop();
      throw new Error(`${name} was not ready after ${READY_TIMEOUT_MS / 1000} s:\n${server.tail()}`);
    }
    await delay(20);
  }
}

/**
 * Runs `start` on the port that was asked for, or on free ones: between finding and binding somebody may take it.
 * @throws when the port that was asked for is taken; whoever has it would answer in the new server's place
 */
export async function onPort<T>(port: number | undefined, start: (port: number) => Promise<T>): Promise<T> {
  if (port !== undefined) {
    if (await isListening(port)) throw new Error(`port ${port} is already in use`);
    return start(port);
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt === ATTEMPTS_ON_FREE_PORTS) throw error;
    }
  }
}

/** The server's public face; `temporary` folders go with it. */
export function running(
  url: string,
  port: number,
  server: ServerProcess,
  temporary: string | undefined,
): RunningServer {
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await server.stop();
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  };
  return {
    url,
    port,
    pid: server.pid,
    ended: server.ended,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
