/** The service processes of a platform: started together, kept running, stopped in reverse. */
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../exit-codes.ts';
import type { DataFolder, ReplicaState } from './data-folder.ts';
import { type Kept, keepRunning } from './keeper.ts';
import { problemsOf } from './readiness.ts';
import { launchService, type ServiceProcess } from './service-process.ts';
import type { Child, Infrastructure, Replica } from './topology.ts';

/** Five cold processes on two busy cores become ready in some ten seconds. */
const READY_TIMEOUT_MS = 90_000;
/** A child that never was ready and has died this often will not get better by itself. */
const HOPELESS_DEATHS = 3;

export interface Services {
  readonly state: () => readonly ReplicaState[];
  /** @throws Failure with the end of the log when one dies again and again or is not ready in time */
  readonly untilReady: (signal: AbortSignal) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface ServicesOptions {
  readonly children: readonly Child[];
  readonly replicas: readonly Replica[];
  readonly infrastructure: Infrastructure;
  readonly folder: DataFolder;
  readonly env: NodeJS.ProcessEnv;
  readonly onChange: (news: string) => void;
}

interface KeptChild {
  readonly child: Child;
  readonly kept: Kept;
  /** The end of the output of the last life that said something. */
  readonly lastWords: () => string;
}

export async function openServices(options: ServicesOptions): Promise<Services> {
  const children: KeptChild[] = [];
  for (const child of options.children) children.push(await openChild(child, options));
  return {
    state: () =>
      children.flatMap(({ child, kept }) =>
        child.replicas.map((replica) => ({ ...replica, pid: kept.pid(), restarts: kept.restarts() })),
      ),
    untilReady: (signal) => untilReady(children, signal),
    stop: async () => {
      // The gateway first: nobody is to send work to services that are leaving.
      for (const { kept } of children.toReversed()) await kept.stop();
    },
  };
}

async function openChild(child: Child, options: ServicesOptions): Promise<KeptChild> {
  const { replicas, infrastructure, folder, env } = options;
  const launch = (): Promise<ServiceProcess> => launchService(child, replicas, infrastructure, folder, env);
  let latest = await launch();
  let earlierWords = '';
  const lastWords = (): string => latest.tail() || earlierWords;
  const start = async (): Promise<ServiceProcess> => {
    earlierWords = lastWords();
    latest = await launch();
    return latest;
  };
  const kept = keepRunning(latest, { name: child.name, start, onChange: options.onChange });
  return { child, kept, lastWords };
}

async function untilReady(children: readonly KeptChild[], signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  const waiting = children.flatMap((child) => child.child.replicas.map((replica) => ({ child, replica })));
  for (const { child, replica } of waiting) {
    const name = `${replica.service} ${replica.replica}`;
    for (;;) {
      const problems = await problemsOf(replica.opsPort);
      if (problems.length === 0) break;
      signal.throwIfAborted();
      const hopeless = children.find(({ kept }) => kept.restarts() >= HOPELESS_DEATHS);
      if (hopeless !== undefined) throw new Failure(`${hopeless.kept.name} does not start:\n${hopeless.lastWords()}`);
      if (performance.now() > deadline) {
        const seconds = READY_TIMEOUT_MS / 1000;
        throw new Failure(`${name} is not ready after ${seconds} s: ${problems.join('; ')}\n${child.lastWords()}`);
      }
      await delay(100);
    }
  }
}
