/** A gateway in a process of its own, to be killed, frozen and measured. */
import { fileURLToPath } from 'node:url';
import { freePort } from '@fanfare/testing';
import { ask, launchProcess } from '@fanfare/testing/servers';
import { ROOM_SECRET } from './running-gateways.ts';

export interface GatewayProcess {
  readonly pid: number;
  readonly nodeName: string;
  readonly httpPort: number;
  readonly opsPort: number;
  /** Resolves once it has ended, to how it did. */
  readonly ended: Promise<string>;
  /** SIGTERM, and SIGKILL when it has not left after ten seconds. */
  readonly stop: () => Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  readonly kill: () => Promise<void>;
  readonly signal: (name: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM') => void;
  /** Sum of a series' samples over all labels that `labels` is a part of, as the ops port shows it; 0 without any. */
  readonly metric: (series: string, labels?: string) => Promise<number>;
}

export interface GatewayProcessOptions {
  readonly nodeName: string;
  readonly httpPort?: number;
  /** Of the gateway's configuration: NATS_URL, REDIS_URL, the services' addresses, and what else is not the default. */
  readonly env: Readonly<Record<string, string>>;
  /** Of node. */
  readonly flags?: readonly string[];
  readonly logFile?: string;
}

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const READY_MOST_MS = 30_000;

/** Resolves when it is ready. @throws with its last output when it ends first */
export async function startGatewayProcess(options: GatewayProcessOptions): Promise<GatewayProcess> {
  const { nodeName, env, flags = [], logFile } = options;
  const httpPort = options.httpPort ?? (await freePort());
  const opsPort = await freePort();
  const own = { NODE_NAME: nodeName, HTTP_PORT: String(httpPort), OPS_PORT: String(opsPort) };
  const launched = await launchProcess({
    command: process.execPath,
    // As it is deployed.
    args: ['--min-semi-space-size=16', '--max-semi-space-size=16', ...flags, MAIN],
    env: { LOG_LEVEL: 'warn', ROOM_TOKEN_SECRETS: ROOM_SECRET, RATE_LIMITS: 'off', ...own, ...env },
    stopSignal: 'SIGTERM',
    logFile,
  });
  const { pid, ended, stop } = launched;
  const deadline = performance.now() + READY_MOST_MS;
  while (!(await ask(opsPort, 'GET /readyz HTTP/1.0\r\n\r\n')).startsWith('HTTP/1.1 200')) {
    if (launched.hasEnded() || performance.now() > deadline) {
      await stop();
      throw new Error(`gateway ${nodeName} is not ready (${await ended}):\n${launched.tail()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const signal = (name: NodeJS.Signals): void => {
    if (!launched.hasEnded()) process.kill(pid, name);
  };
  return {
    pid,
    nodeName,
    httpPort,
    opsPort,
    ended,
    stop,
    signal,
    kill: async () => {
      signal('SIGKILL');
      await ended;
    },
    metric: async (series, labels = '') => sumOf(await metricsOf(opsPort), series, labels),
  };
}

const metricsOf = async (opsPort: number): Promise<string> =>
  (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();

/** Reads https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export function sumOf(exposition: string, series: string, labels: string): number {
  const samples = exposition
    .split('\n')
    .filter((line) => line.startsWith(`${series}{`) || line.startsWith(`${series} `));
  return samples
    .filter((line) => line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
