import { expect, it } from 'vitest';
import { isNewTyping, type Typing } from './typing.ts';

const said = (isTyping: boolean, at = 0, roomId = 42n): Typing => ({ roomId, isTyping, at });

it('tells each change at once, and goes on telling once a second', () => {
  expect(isNewTyping(null, said(true))).toBe(true);
  expect(isNewTyping(said(true), said(true, 999))).toBe(false);
  expect(isNewTyping(said(true), said(true, 1000))).toBe(true);
  expect(isNewTyping(said(true), said(false, 1))).toBe(true);
  expect(isNewTyping(said(false), said(true, 1))).toBe(true);
});

it('tells no end of what had not begun, or not here', () => {
  expect(isNewTyping(null, said(false))).toBe(false);
  expect(isNewTyping(said(false), said(false, 5000))).toBe(false);
  expect(isNewTyping(said(true, 0, 41n), said(false))).toBe(false);
  expect(isNewTyping(said(true, 0, 41n), said(true))).toBe(true);
});
