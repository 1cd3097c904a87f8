import { describe, expect, it } from 'vitest';
import { CHAT_TEXT, lengthProblem, ROOM_NAME, textProblem } from './text-limit.ts';

const FAMILY = '👩‍👩‍👧‍👦';

describe('a text', () => {
  it('is counted as people count: by graphemes', () => {
    expect(textProblem('é'.normalize('NFD').repeat(80), ROOM_NAME)).toBeNull();
    expect(textProblem('é'.normalize('NFD').repeat(81), ROOM_NAME)).toBe('must be at most 80 characters');
    expect(textProblem('x'.repeat(500), CHAT_TEXT)).toBeNull();
    expect(textProblem('x'.repeat(501), CHAT_TEXT)).toBe('must be at most 500 characters');
    expect(textProblem(FAMILY.repeat(100), CHAT_TEXT)).toBeNull();
  });

  it('is bounded in bytes too, whatever a character is made of', () => {
    expect(textProblem(FAMILY.repeat(200), CHAT_TEXT)).toBe('must be at most 4096 bytes');
    expect(textProblem(`a${'\u0301'.repeat(4000)}`, CHAT_TEXT)).toBe('must be at most 4096 bytes');
  });

  it('may break lines in a chat but not in a name, and holds no other control character', () => {
    expect(textProblem('a\r\nb\tc', CHAT_TEXT)).toBeNull();
    for (const control of ['\n', '\u0000', '\u001b', '\u0085']) {
      expect(textProblem(`a${control}b`, ROOM_NAME)).toBe('must not contain control characters');
    }
    for (const control of ['\u0000', '\u001b', '\u0085']) {
      expect(textProblem(`a${control}b`, CHAT_TEXT)).toBe('must not contain control characters');
    }
  });

  it('says something, unless it may be left out', () => {
    expect(textProblem(' \n ', CHAT_TEXT)).toBe('must not be empty');
    expect(lengthProblem('', CHAT_TEXT)).toBeNull();
  });
});
