import { commonErrors, fakeClock } from '@fanfare/kit';
import { expect, test } from 'vitest';
import { coalescer, MAX_BATCH } from './coalescer.ts';

const FOR_EVER = Number.POSITIVE_INFINITY;

/** A round trip that is answered by hand. */
function setUp(
  options: { readonly queueLimit?: number; readonly fails?: (items: readonly number[]) => Error | null } = {},
) {
  const clock = fakeClock(new Date(0));
  const batches: number[][] = [];
  const held: (() => void)[] = [];
  let holding = false;
  const submit = coalescer<number, string>({
    queueLimit: options.queueLimit ?? 1000,
    clock,
    run: async (batch) => {
      const items = batch.map((waiting) => waiting.item);
      batches.push(items);
      if (holding) await new Promise<void>((resolve) => held.push(resolve));
      const error = options.fails?.(items) ?? null;
      if (error !== null) throw error;
      return items.map((item) => `answer ${item}`);
    },
  });
  return {
    clock,
    batches,
    submit: (item: number, until = FOR_EVER) => submit(item, until),
    hold: () => {
      holding = true;
    },
    release: () => {
      holding = false;
      for (const resolve of held.splice(0)) resolve();
    },
    turn: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

test('what arrives while a batch is in flight rides the next one, and everyone gets their own answer', async () => {
  const { submit, batches, hold, release, turn } = setUp();
  hold();
  const first = submit(1);
  await turn();
  const others = [2, 3, 4].map((item) => submit(item));
  await turn();
  expect(batches).toEqual([[1]]);
  release();
  expect(await Promise.all([first, ...others])).toEqual(['answer 1', 'answer 2', 'answer 3', 'answer 4']);
  expect(batches).toEqual([[1], [2, 3, 4]]);
});

test('a batch has a largest size', async () => {
  const { submit, batches } = setUp();
  await Promise.all(Array.from({ length: MAX_BATCH + 10 }, (_, item) => submit(item)));
  expect(batches.map((batch) => batch.length)).toEqual([MAX_BATCH, 10]);
});

test('one item that spoils its batch fails alone', async () => {
  const { submit } = setUp({ fails: (items) => (items.includes(13) ? new Error('poison') : null) });
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, item) => submit(item)));
  const failed = results.flatMap((result, item) => (result.status === 'rejected' ? [item] : []));
  expect(failed).toEqual([13]);
  expect(results[19]).toEqual({ status: 'fulfilled', value: 'answer 19' });
});

test('when the other side is away, nobody is blamed and nothing is sent in pieces', async () => {
  const { submit, batches } = setUp({ fails: () => commonErrors.UNAVAILABLE() });
  const results = await Promise.allSettled([1, 2, 3].map((item) => submit(item)));
  expect(results.map((result) => result.status === 'rejected' && result.reason.kind)).toEqual([
    'unavailable',
    'unavailable',
    'unavailable',
  ]);
  expect(batches).toEqual([[1, 2, 3]]);
});

test('a full queue refuses at once, and takes items again once it has room', async () => {
  const { submit, hold, release, turn } = setUp({ queueLimit: 2 });
  hold();
  const accepted = [submit(1)];
  await turn();
  accepted.push(submit(2), submit(3));
  await expect(submit(4)).rejects.toMatchObject({ reason: 'OVERLOADED', kind: 'exhausted' });
  release();
  await Promise.all(accepted);
  expect(await submit(5)).toBe('answer 5');
});

test('whoever stopped waiting in the queue is not sent, and makes room', async () => {
  const { submit, batches, clock, hold, release, turn } = setUp({ queueLimit: 1 });
  hold();
  const first = submit(1);
  await turn();
  const late = submit(2, 50);
  clock.advance(51);
  const third = submit(3);
  await expect(late).rejects.toMatchObject({ kind: 'deadline' });
  release();
  expect(await Promise.all([first, third])).toEqual(['answer 1', 'answer 3']);
  expect(batches).toEqual([[1], [3]]);
});
