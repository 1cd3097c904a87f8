/**
 * Thousands of clients that speak the protocol by hand, in a process of their own: see `raw-client.ts` for what one of
 * them does, and `raw-tally.ts` for what is counted. Needs no vitest.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Requests } from './raw-clients-process.ts';

export type { Person } from './raw-client.ts';
export type { Counts, Happened } from './raw-tally.ts';

/** The requests of the process, answered from here. @throws each when the process has ended */
export type RawClients = {
  readonly [N in keyof Requests]: (...args: Parameters<Requests[N]>) => Promise<Awaited<ReturnType<Requests[N]>>>;
} & { readonly pid: number; readonly stop: () => Promise<void> };

const PROGRAM = fileURLToPath(new URL('raw-clients-process.ts', import.meta.url));
const NAMES: { readonly [N in keyof Requests]: N } = {
  enter: 'enter',
  leave: 'leave',
  comeAgain: 'comeAgain',
  stall: 'stall',
  ask: 'ask',
  newest: 'newest',
  counts: 'counts',
  takeHappened: 'takeHappened',
  numbers: 'numbers',
};

interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

export function startRawClients(): RawClients {
  const child = fork(PROGRAM, [], { execArgv: [], serialization: 'advanced' });
  const call = caller(child);
  const methods = Object.fromEntries(
    Object.values(NAMES).map((name) => [name, (...args: readonly unknown[]) => call(name, args)]),
  );
  const gone = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  return { ...methods, pid: child.pid ?? 0, stop } as unknown as RawClients;
}

function caller(child: ChildProcess): (name: string, args: readonly unknown[]) => Promise<unknown> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let asked = 0;
  child.on('message', ({ id, answer, error }: Answer) => {
    if (error === undefined) waiting.get(id)?.resolve(answer);
    else waiting.get(id)?.reject(new Error(error));
    waiting.delete(id);
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`the clients' process has ended: ${code ?? signal}`));
    waiting.clear();
  });
  return (name, args) => {
    asked += 1;
    const answered = Promise.withResolvers<unknown>();
    waiting.set(asked, answered);
    child.send({ id: asked, name, args });
    return answered.promise;
  };
}
