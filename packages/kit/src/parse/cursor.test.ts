import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.ts';

const SHAPE = [/^\d{1,16}$/, /^[0-9a-f-]{36}$/];
const ID = '0199d5f0-6a2b-7c3d-8e4f-5a6b7c8d9e0f';

describe('a cursor', () => {
  it('gives back the key it was made of, and can stand in an address', () => {
    const cursor = encodeCursor(1_763_745_600_000n, ID);
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(decodeCursor(cursor, SHAPE)).toEqual(['1763745600000', ID]);
  });

  it.each([
    '',
    'abc',
    encodeCursor(1),
    encodeCursor(1, ID, 2),
    encodeCursor('x', ID),
    encodeCursor(1, 'x'),
    encodeCursor(`1\n`, ID),
  ])('of another list is refused: %j', (cursor) => {
    expect(() => decodeCursor(cursor, SHAPE)).toThrow(
      expect.objectContaining({ fields: { cursor: [expect.any(String)] } }),
    );
  });
});
