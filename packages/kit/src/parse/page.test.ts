import { describe, expect, it } from 'vitest';
import { encodeCursor } from './cursor.ts';
import { pageOf, parseIdKey, parseLimit, parsePage } from './page.ts';

describe('a limit', () => {
  it('is 20 when the request names none, and else 1 to 100', () => {
    expect([0, 1, 100].map(parseLimit)).toEqual([20, 1, 100]);
  });

  it.each([-1, 101])('of %i is refused', (limit) => {
    expect(() => parseLimit(limit)).toThrow(expect.objectContaining({ fields: { limit: ['must be 1 to 100'] } }));
  });
});

describe('a page', () => {
  it('is the first one without a cursor', () => {
    expect(parsePage({ cursor: '', limit: 0 }, parseIdKey)).toEqual({ after: null, limit: 20 });
  });

  it('begins behind the item that the cursor names', () => {
    expect(parsePage({ cursor: encodeCursor(7n), limit: 2 }, parseIdKey)).toEqual({ after: 7n, limit: 2 });
  });

  it('is refused for a cursor of another list', () => {
    const cursor = encodeCursor('abc');
    expect(() => parsePage({ cursor, limit: 2 }, parseIdKey)).toThrow(
      expect.objectContaining({ fields: { cursor: ['must be the nextCursor of an earlier page'] } }),
    );
  });

  it('has a cursor to its end when there is one more row than was asked for, and none on the last page', () => {
    const cursorOf = (n: number) => encodeCursor(n);
    expect(pageOf([1, 2, 3], 2, cursorOf)).toEqual({ items: [1, 2], nextCursor: encodeCursor(2) });
    expect(pageOf([1, 2], 2, cursorOf)).toEqual({ items: [1, 2], nextCursor: '' });
    expect(pageOf([], 2, cursorOf)).toEqual({ items: [], nextCursor: '' });
  });
});
