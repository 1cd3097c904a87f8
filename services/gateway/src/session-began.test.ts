import { expect, test } from 'vitest';
import { sessionBegan } from './session-began.ts';

const issuedAt = Date.parse('2026-11-21T10:00:00.000Z');

test('a session began when its id was made, whatever second its token says', () => {
  // RFC 9562, appendix A.6.
  const began = sessionBegan('017F22E2-79B0-7CC3-98C4-DC0C0C07398F', issuedAt);
  expect(began).toBe(Date.parse('2022-02-22T19:22:22.000Z'));
});

test('an id that tells no time leaves the token’s', () => {
  for (const id of ['session-1', '017f22e2-79b0-4cc3-98c4-dc0c0c07398f', '']) {
    expect(sessionBegan(id, issuedAt)).toBe(issuedAt);
  }
});
