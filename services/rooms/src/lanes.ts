/**
 * Commands to one room ride together. A room's row can be locked by one transaction at a time, so commands that wait for
 * it would only hold connections: instead those of a kind and a room queue here, and the next transaction takes all of
 * them. There is no timer: a command that finds its room free goes at once, alone. Rooms take turns in the order in which
 * they got work, and at most `concurrency` transactions run, so that one busy room never keeps the pool from the others.
 */
import { type Call, commonErrors, toAppError } from '@fanfare/kit';

export interface LaneLimits {
  /** Transactions at a time, over all kinds and rooms. */
  readonly concurrency: number;
  /** Commands in a transaction. */
  readonly mostTogether: number;
  /** Commands that wait, over all kinds and rooms; beyond that they are refused. */
  readonly mostWaiting: number;
}

/** What became of one command of several. */
export type Outcome<R> = { readonly value: R } | { readonly error: Error };

export interface Command {
  readonly call: Pick<Call, 'remainingMs'>;
}

/**
 * Runs commands of one kind to one room, in one transaction, and says what became of each, in their order. The function
 * is the kind: those that wait are told apart by it.
 */
export type RunTogether<D, C, R> = (deps: D, roomId: bigint, commands: readonly C[]) => Promise<readonly Outcome<R>[]>;

export interface Lanes {
  /** Has a command run with others. @throws OVERLOADED, DEADLINE_EXCEEDED, and what `run` says of the command */
  readonly ride: <D, C extends Command, R>(
    run: RunTogether<D, C, R>,
    deps: D,
    roomId: bigint,
    command: C,
  ) => Promise<R>;
}

interface Waiting<C, R> {
  readonly command: C;
  readonly resolve: (value: R) => void;
  readonly reject: (error: Error) => void;
}

export function openLanes({ concurrency, mostTogether, mostWaiting }: LaneLimits): Lanes {
  /** Lanes with work that are not running, the one that has waited longest first. */
  const ready: (() => Promise<void>)[] = [];
  /** For each kind the rooms whose lane is ready or runs. */
  const kinds = new Map<unknown, Map<bigint, unknown[]>>();
  let running = 0;
  let waiting = 0;

  function startNext(): void {
    while (running < concurrency) {
      const lane = ready.shift();
      if (lane === undefined) return;
      running += 1;
      // A lane answers everybody and never rejects.
      void lane().then(() => {
        running -= 1;
        startNext();
      });
    }
  }

  /** What waits in a kind's lanes is of that kind, because {@link Lanes.ride} is the only one to put it there. */
  function queuesOf<D, C, R>(run: RunTogether<D, C, R>): Map<bigint, Waiting<C, R>[]> {
    const queues = kinds.get(run) ?? new Map<bigint, unknown[]>();
    kinds.set(run, queues);
    return queues as Map<bigint, Waiting<C, R>[]>;
  }

  function makeReady<D, C extends Command, R>(run: RunTogether<D, C, R>, deps: D, roomId: bigint): void {
    const queues = queuesOf(run);
    ready.push(async () => {
      const queue = queues.get(roomId) ?? [];
      const taken = queue.splice(0, mostTogether);
      waiting -= taken.length;
      await settle(taken, (commands) => run(deps, roomId, commands));
      if (queue.length > 0) makeReady(run, deps, roomId);
      else queues.delete(roomId);
    });
  }

  return {
    ride: <D, C extends Command, R>(run: RunTogether<D, C, R>, deps: D, roomId: bigint, command: C) =>
      new Promise<R>((resolve, reject) => {
        if (waiting >= mostWaiting) return reject(commonErrors.OVERLOADED());
        waiting += 1;
        const queues = queuesOf(run);
        const queue = queues.get(roomId);
        if (queue !== undefined) {
          queue.push({ command, resolve, reject });
          return;
        }
        queues.set(roomId, [{ command, resolve, reject }]);
        makeReady(run, deps, roomId);
        startNext();
      }),
  };
}

/** Answers everybody. Never rejects. */
async function settle<C extends Command, R>(
  taken: readonly Waiting<C, R>[],
  run: (commands: readonly C[]) => Promise<readonly Outcome<R>[]>,
): Promise<void> {
  const live = taken.filter((one) => one.command.call.remainingMs() !== 0);
  for (const one of taken) if (!live.includes(one)) one.reject(commonErrors.DEADLINE_EXCEEDED());
  if (live.length === 0) return;
  try {
    const outcomes = await run(live.map(({ command }) => command));
    live.forEach((one, index) => {
      const outcome = outcomes[index] ?? { error: new Error('a command without an outcome') };
      if ('error' in outcome) one.reject(outcome.error);
      else one.resolve(outcome.value);
    });
  } catch (error) {
    // One that cannot succeed must not take the others along: each tries by itself.
    if (live.length > 1) for (const one of live) await settle([one], run);
    else live[0]?.reject(error instanceof Error ? error : toAppError(error));
  }
}
