/** One child process that runs one service replica, or all of them. */
import { join } from 'node:path';
import { launchProcess } from '@fanfare/testing/servers';
import { ROOT, serviceFolder } from '../paths.ts';
import type { DataFolder } from './data-folder.ts';
import type { Running } from './keeper.ts';
import { ALL_IN_ONE, type Child, environmentOf, type Infrastructure, type Replica } from './topology.ts';

/** Carries each service's environment to the child that runs them all, as JSON: a list of {service, env}. */
export const SHARED_ENVIRONMENT = 'FANFARE_SERVICES';

/** The child's output, for saying why it ended. */
export interface ServiceProcess extends Running {
  readonly tail: () => string;
}

/** As in docker-compose.yml and k8s/base: what a connection weighs and a message costs depends on it. */
const NODE_FLAGS: Readonly<Record<string, readonly string[]>> = {
  gateway: ['--min-semi-space-size=16', '--max-semi-space-size=16'],
};

export function launchService(
  child: Child,
  all: readonly Replica[],
  infrastructure: Infrastructure,
  folder: DataFolder,
  inherited: NodeJS.ProcessEnv,
): Promise<ServiceProcess> {
  const environments = child.replicas.map((replica) => ({
    service: replica.service,
    env: environmentOf(replica, all, infrastructure),
  }));
  const own = environments[0];
  if (own === undefined) throw new Error(`${child.name} has nothing to run`);
  const together = child.name === ALL_IN_ONE;
  const cwd = together ? join(ROOT, 'packages/cli') : serviceFolder(own.service);
  const variables = together
    ? { FANFARE_ENV: 'development', SHUTDOWN_TIMEOUT_MS: '8000', [SHARED_ENVIRONMENT]: JSON.stringify(environments) }
    : own.env;
  // Instrumentation has to be loaded before anything else, and costs time when nobody collects its spans.
  const traced = (inherited['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '') !== '';
  return launchProcess({
    command: process.execPath,
    args: [
      ...(together ? [] : (NODE_FLAGS[own.service] ?? [])),
      ...(traced ? ['--import', '@fanfare/kit/register'] : []),
      entry(together, own.service),
    ],
    cwd,
    env: { ...inherited, OTEL_SERVICE_NAME: together ? 'fanfare' : own.service, ...variables },
    stopSignal: 'SIGTERM',
    logFile: folder.log(child.name),
  });
}

const entry = (together: boolean, service: string): string =>
  together ? join(ROOT, 'packages/cli/src/all-in-one.ts') : join(serviceFolder(service), 'src/main.ts');
