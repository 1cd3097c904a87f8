import { expect, test } from 'vitest';
import { reconnectPlan } from './reconnect-plan.ts';

const expired = { code: 4100, reason: 'TOKEN_EXPIRED', retryAfterMs: 5000 };
const invalid = { code: 4501, reason: 'TOKEN_INVALID', retryAfterMs: null };

test('attempts that fail one after the other back off, and start anew once a connection was open', () => {
  const plan = reconnectPlan();
  expect([1, 2, 3, 4].map(() => plan.lost('transport close', 1).waitMs)).toEqual([1000, 500, 1000, 2000]);
  plan.opened();
  expect(plan.lost('transport close', 1)).toEqual({ waitMs: 1000, code: null, reason: 'transport close' });
});

test('a token that is refused is renewed at once, but only once until a connection was open', () => {
  const plan = reconnectPlan();
  expect(plan.begin()).toBe(false);
  plan.told(invalid);
  expect(plan.lost('refused', 1)).toMatchObject({ waitMs: 0, reason: 'TOKEN_INVALID' });
  expect(plan.begin()).toBe(true);
  plan.renewed();
  expect(plan.begin()).toBe(false);
  plan.told(invalid);
  expect(plan.lost('refused', 1)).toEqual({ waitMs: null, code: 4501, reason: 'TOKEN_INVALID' });
  plan.opened();
  plan.told(expired);
  expect(plan.lost('transport close', 1).waitMs).toBe(0);
  expect(plan.begin()).toBe(true);
});

test('a token that expires again before it gets through is renewed again, in no haste', () => {
  const plan = reconnectPlan();
  plan.told(expired);
  expect(plan.lost('refused', 1).waitMs).toBe(0);
  expect(plan.begin()).toBe(true);
  plan.renewed();
  plan.told(expired);
  expect(plan.lost('refused', 1)).toMatchObject({ waitMs: 500, reason: 'TOKEN_EXPIRED' });
  expect(plan.begin()).toBe(true);
});

test('hurrying starts the back-off anew, but not before the server wants anybody back', () => {
  const plan = reconnectPlan();
  for (const _ of [1, 2, 3, 4, 5]) plan.lost('transport close', 1);
  expect(plan.hurry(1)).toBe(250);
  plan.begin();
  expect([1, 2].map(() => plan.lost('transport error', 1).waitMs)).toEqual([1000, 500]);
  plan.told({ code: 4001, reason: 'DRAINING', retryAfterMs: 4000 });
  plan.lost('transport close', 0);
  expect(plan.hurry(1)).toBeNull();
});

test('a word of the server holds for the next attempt only', () => {
  const plan = reconnectPlan();
  plan.told({ code: 4001, reason: 'DRAINING', retryAfterMs: 4000 });
  expect(plan.lost('transport close', 0)).toEqual({ waitMs: 4000, code: 4001, reason: 'DRAINING' });
  plan.begin();
  expect(plan.lost('transport error', 1)).toEqual({ waitMs: 500, code: null, reason: 'transport error' });
});
