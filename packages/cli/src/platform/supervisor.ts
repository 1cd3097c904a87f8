/**
 * The one process that owns a platform. Phases: own the folder -> wait for what a killed predecessor left -> servers ->
 * databases and migrations -> services -> demo data -> ready -> wait for a signal -> stop, services first. Whatever
 * fails or interrupts a phase, everything that was started is stopped, in reverse.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { freePort, isListening } from '@fanfare/testing/servers';
import { Failure } from '../exit-codes.ts';
import {
  createDataFolder,
  type DataFolder,
  emptyDataFolder,
  giveUpOwnership,
  type PlatformState,
  readState,
  rotateLog,
  takeOwnership,
  writeState,
} from './data-folder.ts';
import { prepareDatabases } from './databases.ts';
import { type Infrastructure, openInfrastructure } from './infrastructure.ts';
import { identityOf, isAlive, type ProcessIdentity, untilGone } from './process-identity.ts';
import { openServices, type Services } from './replicas.ts';
import { GATEWAY, type Replicas, SERVICES } from './services.ts';
import { gatewaysOf, type Plan, planChildren, planReplicas, type Replica } from './topology.ts';

/** Orphans were told to stop when their supervisor died, and have their own deadline of 10 s. */
const LEFTOVER_TIMEOUT_MS = 15_000;

export interface PlatformOptions {
  readonly folder: DataFolder;
  readonly processes: boolean;
  readonly replicas: Replicas;
  readonly port: number;
  readonly fresh: boolean;
  readonly env: NodeJS.ProcessEnv;
}

export interface Reporter {
  readonly progress: (text: string) => void;
  /** Everything is ready; `gateways` are the public addresses. */
  readonly ready: (gateways: readonly string[]) => void;
}

/**
 * Runs a platform until `signal` aborts, then stops it.
 * @throws Failure saying what is in the way; by then everything that was started is stopped
 */
export async function supervise(options: PlatformOptions, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const { folder } = options;
  createDataFolder(folder);
  const owner = takeOwnership(folder);
  if (owner !== undefined) {
    throw new Failure(`already running in ${folder.path} (process ${owner.pid}); see "fanfare status", "fanfare down"`);
  }
  const undo: (() => Promise<void>)[] = [];
  try {
    await clearLeftovers(folder, reporter);
    await checkPublicPorts(options);
    if (options.fresh) emptyDataFolder(folder);
    await start(options, reporter, signal, undo);
    await aborted(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    if (undo.length > 0) reporter.progress('stopping');
    for (const stop of undo.reverse()) await stop();
    giveUpOwnership(folder);
  }
}

async function start(
  options: PlatformOptions,
  reporter: Reporter,
  signal: AbortSignal,
  undo: (() => Promise<void>)[],
): Promise<void> {
  const { folder, env } = options;
  const book = stateBook(folder);
  const onChange = (news: string): void => {
    reporter.progress(news);
    book.write();
  };
  for (const name of ['postgres', 'nats', 'redis']) rotateLog(folder.log(name));
  const infrastructure = await openInfrastructure({ folder, env, progress: reporter.progress, onChange });
  undo.push(infrastructure.stop);
  book.know({ infrastructure });
  signal.throwIfAborted();

  const owners = SERVICES.filter((service) => service.database).map((service) => service.name);
  const databaseUrls = await prepareDatabases(infrastructure.urls.postgres, owners, folder.passwords);
  reporter.progress('databases: migrated');
  signal.throwIfAborted();

  const plan = await planFrom(options);
  const replicas = planReplicas(plan);
  const children = planChildren(plan, replicas);
  for (const child of children) rotateLog(folder.log(child.name));
  const addresses = { natsUrl: infrastructure.urls.nats, redisUrl: infrastructure.urls.redis, databaseUrls };
  const services = await openServices({ children, replicas, infrastructure: addresses, folder, env, onChange });
  undo.push(services.stop);
  book.know({ services });
  reporter.progress(`services: starting in ${children.length === 1 ? 'one process' : `${children.length} processes`}`);
  await services.untilReady(signal);

  const gateways = gatewaysOf(replicas);
  await seedOnce(folder, replicas, reporter);
  book.know({ started: true });
  reporter.ready(gateways);
}

/** A platform without demo data is still a platform: what went wrong is told, and tried again at the next start. */
async function seedOnce(folder: DataFolder, replicas: readonly Replica[], reporter: Reporter): Promise<void> {
  if (existsSync(folder.seeded)) return;
  try {
    const { seedDemoData } = await import('./demo-data.ts');
    const gifting = replicas.find(({ service }) => service === 'gifting')?.rpcPort;
    await seedDemoData({ gateway: gatewaysOf(replicas)[0] ?? '', gifting: `127.0.0.1:${gifting}` });
    writeFileSync(folder.seeded, '');
    reporter.progress('demo data: made');
  } catch (error) {
    reporter.progress(`demo data could not be made: ${error instanceof Error ? error.message : error}`);
  }
}

/** Keeps the state file equal to what runs. */
function stateBook(folder: DataFolder) {
  const supervisor = identityOf(process.pid);
  let known: { infrastructure?: Infrastructure; services?: Services; started?: boolean } = {};
  const write = (): void => {
    const services = known.services?.state() ?? [];
    const infrastructure = known.infrastructure?.state() ?? null;
    const pids = [...services, ...Object.values(infrastructure ?? {})].flatMap(({ pid }) => pid ?? []);
    const state: PlatformState = {
      supervisor,
      started: known.started ?? false,
      services,
      infrastructure,
      processes: [...new Set(pids)].flatMap(identityOrGone),
    };
    writeState(folder, state);
  };
  return {
    write,
    know: (news: typeof known): void => {
      known = { ...known, ...news };
      write();
    },
  };
}

function identityOrGone(pid: number): ProcessIdentity[] {
  try {
    return [identityOf(pid)];
  } catch {
    return []; // it ended this moment; its keeper will report a change
  }
}

/** What a killed supervisor started was told to stop; what does not is ended, so that two never share the data. */
async function clearLeftovers(folder: DataFolder, reporter: Reporter): Promise<void> {
  const left = (readState(folder)?.processes ?? []).filter(isAlive);
  if (left.length === 0) return;
  reporter.progress(`waiting for ${left.length} processes of a run that was killed`);
  for (const { pid } of left) process.kill(pid, 'SIGTERM');
  for (const { pid } of await untilGone(left, LEFTOVER_TIMEOUT_MS)) process.kill(pid, 'SIGKILL');
  await untilGone(left, LEFTOVER_TIMEOUT_MS);
}

async function checkPublicPorts(options: PlatformOptions): Promise<void> {
  const count = options.replicas[GATEWAY] ?? 1;
  for (let port = options.port; port < options.port + count; port += 1) {
    if (await isListening(port)) {
      throw new Failure(`port ${port} is taken by another program: stop that, or choose another with --port N`);
    }
  }
}

async function planFrom(options: PlatformOptions): Promise<Plan> {
  const count = SERVICES.reduce((sum, service) => sum + 2 * (options.replicas[service.name] ?? 1), 0);
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  const free = ports.values();
  const nextPort = (): number => {
    const next = free.next();
    if (next.done) throw new Error('more ports were asked for than planned');
    return next.value;
  };
  return { services: SERVICES, processes: options.processes, replicas: options.replicas, port: options.port, nextPort };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
