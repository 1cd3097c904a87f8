/** The processes that write, and what they were told is theirs for good. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { WriterMessage } from './writer-process.ts';

const PROGRAM = fileURLToPath(new URL('writer-process.ts', import.meta.url));
const CALLERS = 16;
/** 4 writers x 16 callers / 20 ms on average: some 3,000 payments a second. */
const REST_MS = 40;

export interface Writer {
  /** No other process of the soak has it, not even the one that takes this one's place. */
  readonly number: number;
  readonly pid: number;
  /** What its sessions are called in pg_stat_activity. */
  readonly session: string;
  /** Numbers of acknowledged payments, as far as it could tell us. */
  readonly acked: readonly number[];
  /** Lets every payment come to its end. @throws when it ended by itself */
  readonly stop: () => Promise<void>;
  /** `kill -9`; resolves when it is gone. */
  readonly kill: () => Promise<void>;
}

/** @param databaseUrl the writer's sessions carry its name */
export async function startWriter(databaseUrl: string, number: number, seed: number): Promise<Writer> {
  const session = `soak-writer-${number}`;
  const url = new URL(databaseUrl);
  url.searchParams.set('application_name', session);
  const args = [url.href, number, CALLERS, REST_MS, seed].map(String);
  const child = fork(PROGRAM, args, { execArgv: [] });
  const gone = once(child, 'exit');
  const acked: number[] = [];
  child.on('message', (message: WriterMessage) => {
    if (typeof message === 'object') acked.push(...message.acked);
  });
  await told(child, 'ready');
  const { pid } = child;
  if (pid === undefined) throw new Error('a writer has no process');
  return {
    number,
    pid,
    session,
    acked,
    stop: async () => {
      const stopped = told(child, 'stopped');
      child.send('stop');
      await stopped;
      child.kill('SIGKILL');
      await gone;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function told(child: ChildProcess, word: WriterMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    const hear = (message: WriterMessage): void => {
      if (message === word) finish(resolve);
    };
    const ended = (code: number | null, signal: string | null): void =>
      finish(() => reject(new Error(`a writer ended by itself: ${code ?? signal}`)));
    const finish = (settle: () => void): void => {
      child.off('message', hear).off('exit', ended);
      settle();
    };
    child.on('message', hear).once('exit', ended);
  });
}
