import { expect, test } from 'vitest';
import { decideRefresh, type PresentedToken, type TokenFamily } from './refresh-rule.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const ago = (ms: number): Date => new Date(NOW.getTime() - ms);
const family: TokenFamily = { expiresAt: ago(-1), revokedAt: null, userAgent: 'phone' };
const replaced = (ms: number): PresentedToken => ({ replacedAt: ago(ms), replacedLast: true });

const decide = (token: Partial<PresentedToken>, more: Partial<TokenFamily> = {}, userAgent = 'phone') =>
  decideRefresh(
    { replacedAt: null, replacedLast: false, ...token },
    { ...family, ...more },
    { now: NOW, userAgent, graceMs: 10_000 },
  );

test('the current token is replaced, from whichever device it comes', () => {
  expect(decide({})).toBe('rotate');
  expect(decide({}, {}, 'updated app')).toBe('rotate');
});

test('the token replaced last may be repeated by the same device within the grace time', () => {
  expect(decide(replaced(9_999))).toBe('repeat');
});

test('later, from another device, or older than the last one, it is reuse', () => {
  expect(decide(replaced(10_000))).toBe('reuse');
  expect(decide(replaced(1), {}, 'another')).toBe('reuse');
  expect(decide({ replacedAt: ago(1), replacedLast: false })).toBe('reuse');
});

test('nothing comes of a session that was revoked or has expired', () => {
  for (const ended of [{ revokedAt: NOW }, { expiresAt: NOW }]) {
    expect(decide({}, ended)).toBe('ended');
    expect(decide(replaced(1), ended)).toBe('ended');
    expect(decide(replaced(60_000), ended)).toBe('ended');
  }
});
