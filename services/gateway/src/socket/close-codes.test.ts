import { describe, expect, it } from 'vitest';
import { CLOSE_CODES, type CloseReason, closingOf, isTerminal } from './close-codes.ts';

const reasons = Object.keys(CLOSE_CODES) as CloseReason[];

describe('close codes', () => {
  it('are all different and in the two ranges', () => {
    const codes = reasons.map((reason) => CLOSE_CODES[reason]);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.every((code) => code >= 4000 && code <= 4999)).toBe(true);
  });

  it('say when to come back exactly where coming back is of use', () => {
    for (const reason of reasons) {
      const { code, retryAfterMs } = closingOf(reason, 12.4);
      expect(retryAfterMs).toBe(code < 4500 ? 12 : null);
      expect(isTerminal(reason)).toBe(code >= 4500);
    }
  });
});
