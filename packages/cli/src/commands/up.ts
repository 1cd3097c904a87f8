import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Arguments } from '../command-line.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { ensureGenerated } from '../generate.ts';
import { dataFolder, ROOT } from '../paths.ts';
import { createDataFolder, type DataFolder, dataFolderAt, rotateLog } from '../platform/data-folder.ts';
import { ADMINISTRATOR, DEMO_USERS } from '../platform/demo-accounts.ts';
import { GATEWAY, parseReplicas, type Replicas } from '../platform/services.ts';
import type { PlatformOptions, Reporter } from '../platform/supervisor.ts';

/** What a detached supervisor tells the command that waits for it. */
type Message = { readonly progress: string } | { readonly ready: readonly string[] } | { readonly failed: string };

const DETACHED = 'FANFARE_DETACHED';

export async function run(args: Arguments): Promise<ExitCode> {
  const options = readOptions(args);
  if (args.flag('detach') && process.env[DETACHED] === undefined) {
    await ensureGenerated();
    return detach(options.folder);
  }
  if (process.env[DETACHED] !== undefined) return runDetached(options);
  await ensureGenerated();
  await superviseHere(options, terminalReporter());
  return EXIT.ok;
}

/** The supervisor's code needs generated code, which is there only now. */
async function superviseHere(options: PlatformOptions, reporter: Reporter): Promise<void> {
  const signal = stopSignal();
  const { supervise } = await import('../platform/supervisor.ts');
  await supervise(options, reporter, signal);
}

function readOptions(args: Arguments): PlatformOptions {
  return {
    folder: dataFolderAt(dataFolder(args.text('data-dir'))),
    processes: args.flag('processes'),
    ...readCounts(args.text('port'), args.text('replicas')),
    fresh: args.flag('fresh'),
    env: process.env,
  };
}

/** @throws UsageError */
function readCounts(portText = '8080', replicasText?: string): { port: number; replicas: Replicas } {
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  try {
    const replicas = replicasText === undefined ? {} : parseReplicas(replicasText);
    const last = port + (replicas[GATEWAY] ?? 1) - 1;
    if (port < 1 || last > 65_535) throw new RangeError('--port is a number from 1 to 65535');
    return { port, replicas };
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

/** Aborts at the first signal; the second ends this process at once, and with it, by the kernel, what it started. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.failed);
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  return controller.signal;
}

function terminalReporter(): Reporter {
  const begun = performance.now();
  return {
    progress: (text) => console.error(`fanfare: ${text}`),
    ready: (gateways) => {
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      console.log(banner(gateways, `ready after ${seconds} s`, 'Ctrl-C stops everything that was started here.'));
    },
  };
}

function banner(gateways: readonly string[], headline: string, howToStop: string): string {
  const users = DEMO_USERS.map((user) => `  ${user.email} / ${user.password}`);
  const docs = gateways
    .slice(0, 1)
    .flatMap((url) => [
      `  ${url}/docs (reference of REST), ${url}/openapi.json`,
      `  ${url}/api/v1/sockets (reference of the sockets), ${url}/api/v1/asyncapi.json`,
    ]);
  return [
    '',
    `Fanfare is ${headline}.`,
    ...gateways.map((url) => `  ${url}/api/v1 (REST), ${url} (sockets)`),
    ...docs,
    'Accounts:',
    `  ${ADMINISTRATOR.email} / ${ADMINISTRATOR.password} (administrator)`,
    ...users,
    howToStop,
  ].join('\n');
}

/** The supervisor in a process of its own; returns when it is ready or has failed. */
async function detach(folder: DataFolder): Promise<ExitCode> {
  createDataFolder(folder);
  const log = folder.log('supervisor');
  rotateLog(log);
  const output = openSync(log, 'a', 0o600);
  const child = fork(join(ROOT, 'packages/cli/src/main.ts'), process.argv.slice(2), {
    detached: true,
    env: { ...process.env, [DETACHED]: '1' },
    stdio: ['ignore', output, output, 'ipc'],
  });
  closeSync(output);
  let outcome: ExitCode | undefined;
  child.on('message', (message: Message) => {
    if ('progress' in message) console.error(`fanfare: ${message.progress}`);
    if ('failed' in message) {
      console.error(`fanfare: ${message.failed}`);
      outcome = EXIT.failed;
    }
    if (!('ready' in message)) return;
    console.log(banner(message.ready, `running (process ${child.pid})`, '"./fanfare down" stops it.'));
    outcome = EXIT.ok;
    child.disconnect();
  });
  await once(child, 'disconnect');
  // It died without a word of its own.
  if (outcome === undefined) console.error(`fanfare: it did not become ready; see ${log}`);
  child.unref();
  return outcome ?? EXIT.failed;
}

/** The other side of {@link detach}: goes on when the one that waits has gone. */
async function runDetached(options: PlatformOptions): Promise<ExitCode> {
  const tell = (message: Message): void => {
    if (process.connected) process.send?.(message, undefined, {}, () => {});
  };
  const log = (text: string): void => console.error(`${new Date().toISOString()} ${text}`);
  const reporter: Reporter = {
    progress: (text) => {
      log(text);
      tell({ progress: text });
    },
    ready: (gateways) => {
      log(`ready: ${gateways.join(' ')}`);
      tell({ ready: gateways });
    },
  };
  try {
    await superviseHere(options, reporter);
    return EXIT.ok;
  } catch (error) {
    log(String(error));
    tell({ failed: error instanceof Error ? error.message : String(error) });
    return EXIT.failed;
  } finally {
    if (process.connected) process.disconnect();
  }
}
