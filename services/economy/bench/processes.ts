/** One, two and four processes, each with an engine, on the same accounts: what they do together. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { medianOf } from '@fanfare/testing/measure';
import { type BenchContext, emptyOutbox } from './bench-context.ts';
import { ROUNDS } from './callers.ts';
import type { Done, Order } from './gift-process.ts';
import { warmUpSeconds } from './load.ts';

export const PROCESS_COUNTS = [1, 2, 4] as const;
/** In each process: replicas have callers of their own. */
const CALLERS = 64;
const PROGRAM = fileURLToPath(new URL('gift-process.ts', import.meta.url));

/** @returns gifts a second by number of processes, medians of the rounds */
export async function measureProcesses(bench: BenchContext, databaseUrl: string): Promise<ReadonlyMap<number, number>> {
  await using opened = new AsyncDisposableStack();
  const seeds = Array.from({ length: Math.max(...PROCESS_COUNTS) }, (_, index) => index + 1);
  const workers = await Promise.all(seeds.map((seed) => startWorker(opened, databaseUrl, seed)));
  const rates = new Map<number, number[]>(PROCESS_COUNTS.map((count) => [count, []]));
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const count of PROCESS_COUNTS) {
      const some = workers.slice(0, count);
      await emptyOutbox(databaseUrl);
      await together(some, warmUpSeconds(bench.seconds));
      const rate = await together(some, bench.seconds);
      rates.get(count)?.push(rate);
      bench.report(
        `round ${round} of ${ROUNDS}: ${count} ${count === 1 ? 'process' : 'processes'} ${Math.round(rate)} gifts/s`,
      );
    }
  }
  return new Map([...rates].map(([count, measured]) => [count, medianOf(measured)]));
}

async function startWorker(stack: AsyncDisposableStack, databaseUrl: string, seed: number): Promise<ChildProcess> {
  const worker = fork(PROGRAM, [databaseUrl, String(seed)], { execArgv: [] });
  const gone = once(worker, 'exit');
  stack.defer(async () => {
    worker.kill('SIGKILL');
    await gone;
  });
  await answerOf(worker);
  return worker;
}

async function together(workers: readonly ChildProcess[], seconds: number): Promise<number> {
  const order: Order = { callers: CALLERS, seconds };
  const answers = workers.map((worker) => answerOf(worker) as Promise<Done>);
  for (const worker of workers) worker.send(order);
  const done = await Promise.all(answers);
  return done.reduce((sum, { gifts }) => sum + gifts, 0) / Math.max(...done.map((each) => each.seconds));
}

/** @throws when it ends instead */
async function answerOf(worker: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  try {
    const answer = once(worker, 'message', { signal: over.signal }).then(([message]) => message as unknown);
    const ended = once(worker, 'exit', { signal: over.signal }).then(([code, signal]) => {
      throw new Error(`a process of the measurement ended: ${code ?? signal}`);
    });
    return await Promise.race([answer, ended]);
  } finally {
    over.abort();
  }
}
