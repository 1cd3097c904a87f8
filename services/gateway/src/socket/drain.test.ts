import { describe, expect, it } from 'vitest';
import { drain } from './drain.ts';

describe('draining', () => {
  it('sends everybody away, to come back within a window as long as the drain', async () => {
    const told: { readonly reason: string; readonly retryAfterMs: number }[] = [];
    const sessions = Array.from({ length: 500 }, () => ({
      close: (reason: string, retryAfterMs = 0) => void told.push({ reason, retryAfterMs }),
    }));
    await drain(sessions, 5000);
    expect(told).toHaveLength(500);
    expect(new Set(told.map(({ reason }) => reason))).toEqual(new Set(['DRAINING']));
    expect(told.every(({ retryAfterMs }) => retryAfterMs >= 0 && retryAfterMs <= 100)).toBe(true);
    expect(new Set(told.map(({ retryAfterMs }) => retryAfterMs)).size).toBeGreaterThan(400);
  });

  it('goes on though the rate is lower than one a round', async () => {
    const told: string[] = [];
    const sessions = [1, 2].map(() => ({ close: (reason: string) => void told.push(reason) }));
    await drain(sessions, 1);
    expect(told).toHaveLength(2);
  });
});
