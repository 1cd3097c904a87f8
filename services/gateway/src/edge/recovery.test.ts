import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History, StoredPosition } from './history.ts';
import type { EdgeRecord } from './record.ts';
import { recovery } from './recovery.ts';
import { TICK } from './subjects.ts';

const at = 1000;
const message = { name: 'x', data: null, class: 'reliable' } as const;

interface Stored extends StoredPosition {
  readonly size: number;
}

/** A stream in memory that may be trimmed oldest first and replaced, and that counts its reads. */
function stream(mostInOneRead = 1000) {
  let stored: Stored[] = [];
  const reads: string[] = [];
  const history: History = {
    last: async (channel) => stored.findLast((one) => one.channel === channel) ?? null,
    at: async (seq) => stored.find((one) => one.seq === seq) ?? null,
    after: async (channel, seq) => {
      reads.push(channel);
      const found = stored.filter((one) => one.channel === channel && one.seq > seq);
      if (found.length > mostInOneRead) return 'too many';
      return found.map(({ seq: number, id }): EdgeRecord => ({ seq: number, id, message, size: 1 }));
    },
  };
  return {
    history,
    reads,
    store: (seq: number, channel: string, id = `id-${seq}`) => stored.push({ seq, id, channel, at, size: 1 }),
    trimBefore: (seq: number) => {
      stored = stored.filter((one) => one.seq >= seq);
    },
    replace: (others: (one: Stored) => Stored) => {
      stored = stored.map(others);
    },
  };
}

const recoverFrom = (made: ReturnType<typeof stream>, witnessAgeMostMs = Number.POSITIVE_INFINITY) =>
  recovery({ history: made.history, witnessAgeMostMs, now: () => 2000 });

const seqs = (replay: { readonly records: readonly EdgeRecord[] } | null) => replay?.records.map(({ seq }) => seq);

describe('what follows a position', () => {
  it('is everything on the channel behind it, and nothing of other channels', async () => {
    const made = stream();
    for (const [seq, channel] of [
      [1, 'room.1'],
      [2, 'room.2'],
      [3, 'room.1'],
      [4, 'room.1'],
    ] as const) {
      made.store(seq, channel);
    }
    const recovered = await recoverFrom(made).after('room.1', { seq: 1, id: 'id-1' });
    expect(seqs(recovered)).toEqual([3, 4]);
    expect(recovered?.positionAt).toBe(at);
  });

  it('can be asked for from a tick', async () => {
    const made = stream();
    made.store(1, TICK);
    made.store(2, 'room.1');
    expect(seqs(await recoverFrom(made).after('room.1', { seq: 1, id: 'id-1' }))).toEqual([2]);
  });

  it('is not known when the position’s own message is gone', async () => {
    const made = stream();
    made.store(1, 'room.1');
    made.store(2, 'room.1');
    made.trimBefore(2);
    expect(await recoverFrom(made).after('room.1', { seq: 1, id: 'id-1' })).toBeNull();
  });

  it('is not known when another message has the position’s sequence: the stream is another one', async () => {
    const made = stream();
    made.store(1, 'room.1');
    made.store(2, 'room.1');
    made.replace((one) => ({ ...one, id: `new-${one.seq}` }));
    expect(await recoverFrom(made).after('room.1', { seq: 1, id: 'id-1' })).toBeNull();
  });

  it('is not told from a position of another channel', async () => {
    const made = stream();
    made.store(1, 'room.2');
    expect(await recoverFrom(made).after('room.1', { seq: 1, id: 'id-1' })).toBeNull();
  });

  it('is not known in a cluster when the witness is about to expire', async () => {
    const made = stream();
    made.store(1, 'room.1');
    expect(await recoverFrom(made, 1000).after('room.1', { seq: 1, id: 'id-1' })).toBeNull();
    expect(await recoverFrom(made, 1001).after('room.1', { seq: 1, id: 'id-1' })).not.toBeNull();
  });

  it('is read once for all who ask in the same turn', async () => {
    const made = stream();
    for (let seq = 1; seq <= 50; seq += 1) made.store(seq, 'room.1');
    const recover = recoverFrom(made);
    const asked = Array.from({ length: 50 }, (_, index) =>
      recover.after('room.1', { seq: index + 1, id: `id-${index + 1}` }),
    );
    const replays = await Promise.all(asked);
    expect(replays.map((replay) => replay?.records.length)).toEqual(
      Array.from({ length: 50 }, (_, index) => 49 - index),
    );
    expect(made.reads).toHaveLength(1);
  });

  it('fails for all who asked when the stream does not answer', async () => {
    const made = stream();
    made.store(1, 'room.1');
    const broken = recovery({
      history: { ...made.history, after: () => Promise.reject(new Error('away')) },
      witnessAgeMostMs: Number.POSITIVE_INFINITY,
      now: () => 0,
    });
    await expect(broken.after('room.1', { seq: 1, id: 'id-1' })).rejects.toThrow('away');
  });

  it('is exact for everybody within the limit and refused to everybody beyond it, however they meet', async () => {
    const asks = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(asks, fc.integer({ min: 1, max: 60 }), async (from, most) => {
        const made = stream(most);
        for (let seq = 1; seq <= 60; seq += 1) made.store(seq, 'room.1');
        const recover = recoverFrom(made);
        const replays = await Promise.all(from.map((seq) => recover.after('room.1', { seq, id: `id-${seq}` })));
        from.forEach((seq, index) => {
          const expected = Array.from({ length: 60 - seq }, (_, step) => seq + 1 + step);
          expect(seqs(replays[index] ?? null)).toEqual(60 - seq > most ? undefined : expected);
        });
      }),
      { numRuns: 50 },
    );
  });
});
