import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Command, type Outcome, openLanes } from './lanes.ts';

interface Numbered extends Command {
  readonly n: number;
}

const command = (n: number, remainingMs: number | null = null): Numbered => ({
  n,
  call: { remainingMs: () => remainingMs },
});

/** Transactions that end when the test says so; each answers every command with its own number. */
function bench(limits: Partial<Parameters<typeof openLanes>[0]> = {}) {
  const runs: { readonly roomId: bigint; readonly numbers: number[]; readonly end: (error?: Error) => void }[] = [];
  const lanes = openLanes({ concurrency: 2, mostTogether: 3, mostWaiting: 100, ...limits });
  const run = (_deps: unknown, roomId: bigint, commands: readonly Numbered[]) =>
    new Promise<readonly Outcome<number>[]>((resolve, reject) => {
      const numbers = commands.map(({ n }) => n);
      const end = (error?: Error) => (error ? reject(error) : resolve(numbers.map((value) => ({ value }))));
      runs.push({ roomId, numbers, end });
    });
  const send = (roomId: bigint, numbered: Numbered) => lanes.ride(run, null, roomId, numbered);
  return { runs, send };
}

describe('commands to one room', () => {
  it('go at once when the room is free, and together when they had to wait', async () => {
    const { runs, send } = bench();
    const answers = [1, 2, 3, 4, 5].map((n) => send(7n, command(n)));
    expect(runs.map(({ numbers }) => numbers)).toEqual([[1]]);
    runs[0]?.end();
    await turn();
    runs[1]?.end();
    await turn();
    runs[2]?.end();
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4, 5]);
    expect(runs.map(({ numbers }) => numbers)).toEqual([[1], [2, 3, 4], [5]]);
  });

  it('never run two at a time, and other rooms take their turn in between', async () => {
    const { runs, send } = bench({ concurrency: 1 });
    const answers = [send(7n, command(1)), send(7n, command(2)), send(8n, command(3))];
    for (let n = 0; n < 3; n += 1) {
      expect(runs).toHaveLength(n + 1);
      runs[n]?.end();
      await turn();
    }
    await Promise.all(answers);
    expect(runs.map(({ roomId }) => roomId)).toEqual([7n, 8n, 7n]);
  });

  it('try one by one when their transaction fails, so that one does not take the others along', async () => {
    const { runs, send } = bench();
    const first = send(7n, command(0));
    const answers = Promise.allSettled([1, 2].map((n) => send(7n, command(n))));
    runs[0]?.end();
    await first;
    await turn();
    runs[1]?.end(new Error('poisoned'));
    await turn();
    runs[2]?.end(new Error('poisoned'));
    await turn();
    runs[3]?.end();
    expect(await answers).toMatchObject([{ reason: { message: 'poisoned' } }, { value: 2 }]);
  });

  it('are dropped when nobody waits for them any more', async () => {
    const { runs, send } = bench();
    const first = send(7n, command(1));
    const late = send(7n, command(2, 0));
    const refused = expect(late).rejects.toMatchObject({ reason: 'DEADLINE_EXCEEDED' });
    runs[0]?.end();
    await first;
    await refused;
    expect(runs).toHaveLength(1);
  });

  it('are refused when too many wait', async () => {
    const { runs, send } = bench({ mostWaiting: 1 });
    const first = send(7n, command(1));
    const second = send(7n, command(2));
    await expect(send(7n, command(3))).rejects.toMatchObject({ reason: 'OVERLOADED' });
    runs[0]?.end();
    await first;
    await turn();
    runs[1]?.end();
    expect(await second).toBe(2);
  });
});
