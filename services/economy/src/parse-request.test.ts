import { AppError } from '@fanfare/kit';
import { describe, expect, it } from 'vitest';
import { parseNote, parseReason } from './parse-request.ts';

/** What the caller is told of a text, or null when it is kept as it is. */
function problemOf(parse: (text: string) => string, text: string): unknown {
  try {
    expect(parse(text)).toBe(text);
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.fields;
  }
}

describe('a text that is kept', () => {
  it.each(['x', 'two\nlines', '😀'.repeat(250), 'x'.repeat(500)])('stays as it is: %j', (text) => {
    expect([problemOf(parseReason, text), problemOf(parseNote, text)]).toEqual([null, null]);
  });

  it('may be empty as a note, and not as a reason', () => {
    expect(problemOf(parseNote, '')).toBeNull();
    expect(problemOf(parseReason, '')).toEqual({ reason: ['must be 1 to 500 characters'] });
  });

  it('is refused for its length when it is too long', () => {
    expect(problemOf(parseReason, 'x'.repeat(501))).toEqual({ reason: ['must be 1 to 500 characters'] });
    expect(problemOf(parseNote, 'x'.repeat(501))).toEqual({ note: ['must be at most 500 characters'] });
  });

  it.each(['a\u0000b', 'a\ud83d'])('is refused for a character that would not come back as it is: %j', (text) => {
    const problem = 'must not contain NUL or half of a character';
    expect(problemOf(parseReason, text)).toEqual({ reason: [problem] });
    expect(problemOf(parseNote, text)).toEqual({ note: [problem] });
  });
});
