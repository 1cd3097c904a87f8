import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePosition, encodePosition, laterOf, NOWHERE } from './position.ts';

const positions = fc.record({
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  id: fc.string({ minLength: 1, maxLength: 80 }),
});

describe('a position', () => {
  it('survives the way to a client and back', () => {
    fc.assert(
      fc.property(positions, (position) => {
        expect(decodePosition(encodePosition(position))).toEqual(position);
      }),
    );
  });

  it('is opaque and fits a query string', () => {
    fc.assert(
      fc.property(positions, (position) => {
        expect(encodePosition(position)).toMatch(/^[A-Za-z0-9_-]+$/);
      }),
    );
  });

  it('is refused when a client made it up', () => {
    const text = (value: string): string => Buffer.from(value).toString('base64url');
    const wrong = [
      undefined,
      null,
      7,
      {},
      '',
      '%%%',
      'a'.repeat(401),
      text('0.x'),
      text('7.'),
      text('7'),
      text('-1.x'),
    ];
    for (const value of [...wrong, text('9007199254740993.x'), text('07.x'), `${text('7.x')}==`]) {
      expect(decodePosition(value)).toBeNull();
    }
  });

  it('that nothing was read up to cannot be resumed from', () => {
    expect(decodePosition(encodePosition(NOWHERE))).toBeNull();
  });

  it('is later by its sequence', () => {
    expect(laterOf({ seq: 2, id: 'b' }, { seq: 10, id: 'a' })).toEqual({ seq: 10, id: 'a' });
    expect(laterOf({ seq: 2, id: 'b' }, { seq: 2, id: 'a' })).toEqual({ seq: 2, id: 'b' });
  });
});
