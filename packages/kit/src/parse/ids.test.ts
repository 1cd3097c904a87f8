import { describe, expect, it } from 'vitest';
import { isOpaqueId, MAX_ID, parseId, parseOpaqueId } from './ids.ts';

describe('an id that is counted', () => {
  it.each([1n, MAX_ID])('is kept: %s', (id) => {
    expect(parseId('roomId', id)).toBe(id);
  });

  it.each([0n, -1n, MAX_ID + 1n])('is refused by its name: %s', (id) => {
    expect(() => parseId('roomId', id)).toThrow(
      expect.objectContaining({ reason: 'INVALID_ARGUMENT', fields: { roomId: ['must be a positive id'] } }),
    );
  });
});

describe('an id that somebody else has made', () => {
  it.each(['x', 'a b', 'ид-1', '😀', 'x'.repeat(128)])('is kept as it is: %j', (id) => {
    expect(parseOpaqueId('id', id)).toBe(id);
  });

  it.each(['', 'x'.repeat(129), 'a\u0000b', 'two\nlines', 'a\ud83d'])('is refused by its name: %j', (id) => {
    expect(() => parseOpaqueId('id', id)).toThrow(
      expect.objectContaining({ fields: { id: ['must be 1 to 128 printable characters'] } }),
    );
  });

  it('may be as long as it is told', () => {
    expect([isOpaqueId('x'.repeat(64), 64), isOpaqueId('x'.repeat(65), 64)]).toEqual([true, false]);
  });
});
