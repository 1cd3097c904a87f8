import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, FROM_THE_END, type Line, mergePage } from './statement.ts';

interface Named extends Line {
  readonly account: number;
}

/** Three accounts whose entries' times never fall with their seq; ties happen, as within one batch. */
const ledgers = fc
  .array(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 }), { minLength: 3, maxLength: 3 })
  .map((accounts) =>
    accounts.map((steps, account) => {
      let time = 0;
      const rising = steps.map((step, index): Named => {
        time += step;
        return { account, seq: BigInt(index + 1), createdAt: new Date(time) };
      });
      return rising.reverse();
    }),
  );

const read = (accounts: readonly (readonly Named[])[], from: readonly bigint[], count: number): Named[][] =>
  accounts.map((lines, account) => lines.filter((line) => line.seq < (from[account] ?? 0n)).slice(0, count));

describe('a statement', () => {
  it('shows every entry once, newest first, whatever the size of its pages', () => {
    fc.assert(
      fc.property(ledgers, fc.integer({ min: 1, max: 7 }), (accounts, limit) => {
        const seen: Named[] = [];
        let cursor: string | null = '';
        while (cursor !== null) {
          const from = decodeCursor(cursor, 3);
          const page = mergePage(read(accounts, from, limit + 1), from, limit);
          seen.push(...page.lines);
          cursor = page.next === null ? null : encodeCursor(page.next);
        }
        const key = (line: Named): string => `${line.account}:${line.seq}`;
        expect(seen.map(key).sort()).toEqual(accounts.flat().map(key).sort());
        for (const [index, line] of seen.entries()) {
          expect(line.createdAt.getTime()).toBeLessThanOrEqual(seen[index - 1]?.createdAt.getTime() ?? Infinity);
        }
      }),
    );
  });
});

describe('a cursor', () => {
  it('starts at the end when it is empty', () => {
    expect(decodeCursor('', 2)).toEqual([FROM_THE_END, FROM_THE_END]);
  });

  const make = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  it.each(['x', '%%%', make(['1', '2']), make(['-1']), make([1]), make({}), make(['99999999999999999999'])])(
    'that no page has given is refused: %s',
    (cursor) => {
      expect(() => decodeCursor(cursor, 1)).toThrow(expect.objectContaining({ kind: 'invalid' }));
    },
  );
});
