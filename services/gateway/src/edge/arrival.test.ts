import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from './arrival.ts';

describe('a live message', () => {
  it('is delivered when it follows what is known', () => {
    expect(judge(5, 9, 5)).toBe('deliver');
    expect(judge(0, 9, 0)).toBe('deliver');
  });

  it('is delivered when the one before it has aged out', () => {
    expect(judge(5, 9, 0)).toBe('deliver');
  });

  it('is dropped when it is known already', () => {
    expect(judge(9, 9, 5)).toBe('drop');
    expect(judge(12, 9, 5)).toBe('drop');
  });

  it('asks for a repair when one before it is missing', () => {
    expect(judge(5, 9, 7)).toBe('repair');
  });

  it('is ignored without the headers that only the stream writes', () => {
    expect(judge(5, Number.NaN, Number.NaN)).toBe('ignore');
    expect(judge(5, 9, Number.NaN)).toBe('ignore');
  });

  it('is delivered exactly once and in order however deliveries repeat, and a lost one is always noticed', () => {
    const channel = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(channel, fc.func(fc.integer({ min: 0, max: 3 })), (numbers, timesOf) => {
        const stored = numbers.toSorted((a, b) => a - b);
        const arrivals = stored.flatMap((seq, index) =>
          Array.from({ length: timesOf(seq) }, () => ({ seq, previous: stored[index - 1] ?? 0 })),
        );
        const seen: number[] = [];
        let lost = false;
        for (const { seq, previous } of arrivals) {
          const verdict = judge(seen.at(-1) ?? 0, seq, previous);
          lost ||= verdict === 'repair';
          if (verdict === 'deliver') seen.push(seq);
        }
        const complete = seen.every((seq, index) => seq === stored[index]);
        expect(complete || lost).toBe(true);
        expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
      }),
    );
  });
});
