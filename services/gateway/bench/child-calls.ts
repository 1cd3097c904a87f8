/** Calls into a process of the measurement, and how that process answers them. It ends when its parent does. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

interface Call {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: each method has an argument and a result of its own
type Methods = Readonly<Record<string, (argument: any) => unknown>>;

/** The methods as their caller sees them. */
export type Calls<M extends Methods> = {
  readonly [K in keyof M]: (...argument: Parameters<M[K]>) => Promise<Awaited<ReturnType<M[K]>>>;
};

export interface Child<M extends Methods> {
  readonly pid: number;
  readonly calls: Calls<M>;
  readonly stop: () => Promise<void>;
}

/** In the child; arguments and results are what `structuredClone` can copy. */
export function answerCalls(methods: Methods): void {
  const answer = async ({ id, method, argument }: Call): Promise<void> => {
    try {
      process.send?.({ id, result: await methods[method]?.(argument) } satisfies Answer);
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  };
  process.on('message', (call: Call) => void answer(call));
  process.once('disconnect', () => process.exit(0));
  process.send?.('ready');
}

/** Resolves when it answers. A call fails when the process does. */
export async function startChild<M extends Methods>(
  program: string,
  args: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<Child<M>> {
  const child = fork(program, args, { execArgv: [...flags], serialization: 'advanced' });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const ready = Promise.withResolvers<void>();
  let last = 0;
  const fail = (error: Error): void => {
    ready.reject(error);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  child.on('message', (message: 'ready' | Answer) => {
    if (message === 'ready') return ready.resolve();
    const { id, result, error } = message;
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(error));
  });
  child.once('error', fail);
  child.once('exit', (code, signal) => fail(new Error(`a process of the measurement ended: ${code ?? signal}`)));
  await ready.promise;
  const calls = new Proxy({} as Calls<M>, {
    get: (_, method) =>
      method === 'then'
        ? undefined
        : (argument: unknown) => {
            last += 1;
            const call = Promise.withResolvers<unknown>();
            waiting.set(last, call);
            child.send({ id: last, method: String(method), argument } satisfies Call);
            return call.promise;
          },
  });
  return { pid: child.pid ?? 0, calls, stop: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
