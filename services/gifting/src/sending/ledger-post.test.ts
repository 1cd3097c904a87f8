import { type PostBatchRequest, PostCommand, Verdict } from '@fanfare/contracts/economy/v1/economy_service';
import { commonErrors, fakeClock, silentLogger } from '@fanfare/kit';
import { expect, test } from 'vitest';
import { ledgerPost } from './ledger-post.ts';

const command = (journalId: string): PostCommand => PostCommand.fromPartial({ journalId, context: '{"a":1}' });
const accept = (request: PostBatchRequest): Verdict[] =>
  request.commands.map(({ journalId }) => Verdict.fromPartial({ journalId, receipt: { repeated: false } }));

function setUp(answer: (request: PostBatchRequest, attempt: number) => Verdict[]) {
  const clock = fakeClock(new Date(0));
  const seen: PostBatchRequest[] = [];
  let sentAgain = 0;
  const post = ledgerPost({
    postBatch: async (request) => {
      seen.push(request);
      clock.advance(100);
      return { verdicts: answer(request, seen.length) };
    },
    clock,
    log: silentLogger,
    onSentAgain: () => {
      sentAgain += 1;
    },
  });
  return { clock, seen, post, sentAgain: () => sentAgain };
}

test('a batch whose outcome is unknown is sent again unchanged but for the time that is left', async () => {
  const { post, seen, sentAgain } = setUp((request, attempt) => {
    if (attempt === 1) throw commonErrors.DEADLINE_EXCEEDED();
    if (attempt === 2) throw commonErrors.UNAVAILABLE();
    return accept(request);
  });
  const batch = ['a', 'b'].map((id) => ({ item: command(id), until: 5000 }));
  const verdicts = await post(batch);
  expect(verdicts.map((verdict) => verdict.journalId)).toEqual(['a', 'b']);
  expect(seen.map((request) => request.commands.map((each) => each.waitMs))).toEqual([
    [5000, 5000],
    [4900, 4900],
    [4800, 4800],
  ]);
  const unchanged = seen.map(({ commands }) => commands.map((each) => ({ ...each, waitMs: 0 })));
  expect(unchanged[1]).toEqual(unchanged[0]);
  expect(unchanged[2]).toEqual(unchanged[0]);
  expect(sentAgain()).toBe(2);
});

test('nothing is sent again when nobody waits any more', async () => {
  const { post, seen } = setUp(() => {
    throw commonErrors.UNAVAILABLE();
  });
  await expect(post([{ item: command('a'), until: 50 }])).rejects.toMatchObject({ kind: 'unavailable' });
  expect(seen).toHaveLength(1);
});

test('a batch goes on while one of its callers waits, and those who left are marked', async () => {
  const { post, seen } = setUp((request, attempt) => {
    if (attempt === 1) throw commonErrors.UNAVAILABLE();
    return accept(request);
  });
  await post([
    { item: command('a'), until: 50 },
    { item: command('b'), until: 500.5 },
  ]);
  expect(seen[1]?.commands.map((each) => each.waitMs)).toEqual([1, 401]);
});

test('a ledger that is full, or refuses the call, is not asked again', async () => {
  for (const error of [commonErrors.OVERLOADED(), commonErrors.INTERNAL()]) {
    const { post, seen } = setUp(() => {
      throw error;
    });
    await expect(post([{ item: command('a'), until: 5000 }])).rejects.toBe(error);
    expect(seen).toHaveLength(1);
  }
});

test('answers to other commands are not taken for ours', async () => {
  const { post } = setUp((request) => accept(request).toReversed());
  await expect(post(['a', 'b'].map((id) => ({ item: command(id), until: 5000 })))).rejects.toThrow(/other commands/);
});
