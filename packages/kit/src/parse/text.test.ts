import { describe, expect, it } from 'vitest';
import { parseReason } from './text.ts';

const refusal = (problem: string) => expect.objectContaining({ fields: { reason: [problem] } });

describe('a reason', () => {
  it.each(['x', 'two\nlines', '😀'.repeat(250), 'x'.repeat(500)])('is kept as it is: %j', (text) => {
    expect(parseReason(text)).toBe(text);
  });

  it('is kept without the space around it', () => {
    expect(parseReason('  spam \n')).toBe('spam');
  });

  it.each(['', '  ', 'x'.repeat(501)])('is refused for its length: %j', (text) => {
    expect(() => parseReason(text)).toThrow(refusal('must be 1 to 500 characters'));
  });

  it.each(['a\u0000b', 'a\ud83d'])('is refused for a character that would not come back as it is: %j', (text) => {
    expect(() => parseReason(text)).toThrow(refusal('must not contain NUL or half of a character'));
  });
});
