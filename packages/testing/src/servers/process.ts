/**
 * One server process. It runs in a session of its own, so that Ctrl-C in a terminal reaches only us and we stop it in
 * order, and it dies with us, however we end: on Linux the kernel signals it (setpriv --pdeathsig), elsewhere an exit
 * handler does. A server that outlived its parent would answer later runs with old data.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { keepInFile, keepInMemory } from './output.ts';
import { findOnPath } from './path-search.ts';

/** A server that has not left this long after the polite signal is killed. */
const STOP_TIMEOUT_MS = 10_000;

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Runs as this user and group when set; only root can. */
  readonly uid?: number | undefined;
  /** SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for clients to leave. */
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** Output is appended here, by the process itself: it needs nothing from us to go on. */
  readonly logFile?: string | undefined;
}

export interface ServerProcess {
  readonly pid: number;
  /** Resolves once the process has ended, to how: `exit code 1` or `signal SIGKILL`. Never rejects. */
  readonly ended: Promise<string>;
  readonly hasEnded: () => boolean;
  /** The last output, for an error message. */
  readonly tail: () => string;
  /** Asks the process to stop and resolves when it is gone. */
  readonly stop: () => Promise<void>;
}

function commandLine(launch: Launch): { command: string; args: string[] } {
  const setpriv = process.platform === 'linux' ? findOnPath('setpriv') : undefined;
  if (setpriv === undefined) return { command: launch.command, args: [...launch.args] };
  const user = launch.uid === undefined ? [] : [`--reuid=${launch.uid}`, `--regid=${launch.uid}`, '--clear-groups'];
  const signal = launch.stopSignal.replace('SIG', '');
  return { command: setpriv, args: [...user, '--pdeathsig', signal, '--', launch.command, ...launch.args] };
}

/** Starts a process; what can go wrong afterwards is told by `ended` and `tail`. */
export async function launchProcess(launch: Launch): Promise<ServerProcess> {
  const { command, args } = commandLine(launch);
  const dropsUser = command === launch.command && launch.uid !== undefined;
  const output = launch.logFile === undefined ? undefined : keepInFile(launch.logFile);
  const sink = output?.descriptor ?? 'pipe';
  const child: ChildProcess = spawn(command, args, {
    env: launch.env ?? process.env,
    stdio: ['ignore', sink, sink],
    detached: true,
    ...(launch.cwd === undefined ? {} : { cwd: launch.cwd }),
    ...(dropsUser ? { uid: launch.uid, gid: launch.uid } : {}),
  });
  let end: string | undefined;
  const ended = new Promise<string>((resolve) => {
    const finish = (how: string): void => {
      end ??= how;
      resolve(end);
    };
    child.once('error', (error) => finish(error.message));
    child.once('exit', (code, signal) => finish(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  const tail = output?.tail ?? keepInMemory(child);
  if (output !== undefined) closeSync(output.descriptor);
  if (child.pid === undefined) throw new Error(`${launch.command} could not be started: ${await ended}`);
  killWithUs(child, launch.stopSignal);
  const hasEnded = (): boolean => end !== undefined;
  const stop = async (): Promise<void> => {
    if (hasEnded()) return;
    child.kill(launch.stopSignal);
    const timeout = new AbortController();
    const late = delay(STOP_TIMEOUT_MS, 'late', { signal: timeout.signal }).catch(() => 'ended');
    if ((await Promise.race([ended, late])) === 'late') child.kill('SIGKILL');
    await ended;
    timeout.abort();
  };
  return { pid: child.pid, ended, hasEnded, tail, stop };
}

/** What runs now; one handler for all of them, because a process has few listeners to give. */
const alive = new Map<ChildProcess, NodeJS.Signals>();

function killWithUs(child: ChildProcess, signal: NodeJS.Signals): void {
  if (alive.size === 0) process.once('exit', killAll);
  alive.set(child, signal);
  child.once('exit', () => {
    alive.delete(child);
    if (alive.size === 0) process.removeListener('exit', killAll);
  });
}

function killAll(): void {
  for (const [child, signal] of alive) child.kill(signal);
}
