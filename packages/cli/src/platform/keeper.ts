/**
 * Keeps one process running. States: `running` -> (it ends) -> `waiting` for the delay of the restart policy ->
 * `running` again, until `stop`. A start that fails counts as a death. What it keeps may be anything with an end.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterDeath } from './restart-policy.ts';

export interface Running {
  readonly pid: number;
  /** Resolves to how it ended. */
  readonly ended: Promise<string>;
  readonly stop: () => Promise<void>;
}

export interface Kept {
  readonly name: string;
  /** Null while it is down. */
  readonly pid: () => number | null;
  /** How often it was started again. */
  readonly restarts: () => number;
  readonly stop: () => Promise<void>;
}

export interface Keeping {
  readonly name: string;
  /** Starts it again, with the same addresses and data. */
  readonly start: () => Promise<Running>;
  /** Told of every death and of every start after one. */
  readonly onChange: (news: string) => void;
}

/** Takes over a process that has been started. */
export function keepRunning(first: Running, keeping: Keeping): Kept {
  const stopping = new AbortController();
  let current: Running | undefined = first;
  let restarts = 0;
  let deaths = 0;
  let since = performance.now();

  /** The next life, or undefined when it did not begin. */
  const revive = async (delayMs: number): Promise<void> => {
    await delay(delayMs, undefined, { signal: stopping.signal }).catch(() => {});
    if (stopping.signal.aborted) return;
    restarts += 1;
    since = performance.now();
    try {
      current = await keeping.start();
      keeping.onChange(`${keeping.name} was started again (process ${current.pid})`);
    } catch (error) {
      keeping.onChange(`${keeping.name} could not be started again: ${error instanceof Error ? error.message : error}`);
    }
  };

  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const how = await (current?.ended ?? 'did not start');
      current = undefined;
      if (stopping.signal.aborted) return;
      const restart = afterDeath(deaths, performance.now() - since);
      deaths = restart.deaths;
      keeping.onChange(`${keeping.name} ended (${how}), starting it again in ${restart.delayMs} ms`);
      await revive(restart.delayMs);
    }
  };
  const watching = watch();

  return {
    name: keeping.name,
    pid: () => current?.pid ?? null,
    restarts: () => restarts,
    stop: async () => {
      stopping.abort();
      await current?.stop();
      await watching;
      // A start that was under way when the stop came has finished by now.
      await current?.stop();
    },
  };
}
