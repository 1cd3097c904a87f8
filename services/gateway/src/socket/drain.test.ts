import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drain, drainingOf } from './drain.ts';

interface Goodbye {
  readonly reason: string;
  readonly sentAt: number;
  readonly backAt: number;
}

/** Drains so many in virtual time. @param held ms that a wait takes longer, one after the other */
async function drained(
  clients: number,
  draining: { readonly perSecond: number; readonly mostMs: number },
  held: readonly number[] = [],
) {
  const told: Goodbye[] = [];
  let now = 0;
  const sessions = Array.from({ length: clients }, () => ({
    close: (reason: string, retryAfterMs = 0) =>
      void told.push({ reason, sentAt: now, backAt: now + Math.round(retryAfterMs) }),
  }));
  let asked = 0;
  const present = (): typeof sessions => (asked++ === 0 ? sessions : []);
  let waits = 0;
  const wait = async (milliseconds: number): Promise<void> => {
    now += milliseconds + (held[waits++] ?? 0);
  };
  await drain(present, draining, { now: () => now, wait });
  return { told, lasted: now };
}

/** Most of them that are back within any one second. */
function peakOf(told: readonly Goodbye[]): number {
  const back = told.map(({ backAt }) => backAt).sort((a, b) => a - b);
  let from = 0;
  return back.reduce((peak, at, index) => {
    while ((back[from] ?? at) <= at - 1000) from += 1;
    return Math.max(peak, index - from + 1);
  }, 0);
}

describe('draining', () => {
  const plan = fc.record({ perSecond: fc.integer({ min: 20, max: 5000 }), mostMs: fc.integer({ min: 0, max: 9000 }) });
  const clientCount = fc.integer({ min: 0, max: 3000 });

  it('tells everybody once, and never has more of them back in a second than the rate, also when it is held up', async () => {
    const held = fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(clientCount, plan, held, async (clients, draining, heldUp) => {
        const { told } = await drained(clients, draining, heldUp);
        expect(told).toHaveLength(clients);
        expect(told.every(({ reason, backAt, sentAt }) => reason === 'DRAINING' && backAt >= sentAt)).toBe(true);
        expect(peakOf(told)).toBeLessThanOrEqual(draining.perSecond);
      }),
    );
  });

  it('ends within its time though the rate is lower, and is not late because it was held up', async () => {
    await fc.assert(
      fc.asyncProperty(clientCount, plan, async (clients, draining) => {
        const { lasted } = await drained(clients, draining, [draining.mostMs / 2]);
        expect(lasted).toBeLessThanOrEqual(draining.mostMs + 50);
      }),
    );
  });

  it('lets nobody wait when there is time enough', async () => {
    const { told } = await drained(500, { perSecond: 1000, mostMs: 8000 });
    expect(told.every(({ sentAt, backAt }) => backAt - sentAt <= 52)).toBe(true);
  });

  it('sends away also those who came in while it ran', async () => {
    const told: string[] = [];
    const session = (name: string) => ({ close: () => void told.push(name) });
    const present = [[session('early')], [session('late')]];
    await drain(() => present.shift() ?? [], { perSecond: 1000, mostMs: 1000 });
    expect(told).toEqual(['early', 'late']);
  });

  it('ends before the shutdown does, whatever its timeout', () => {
    expect(drainingOf(1000, 10_000)).toEqual({ perSecond: 1000, mostMs: 8000 });
    expect(drainingOf(1000, 1000).mostMs).toBe(750);
    expect(drainingOf(1000, 0).mostMs).toBe(0);
  });
});
