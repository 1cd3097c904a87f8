import { v7 } from 'uuid';
import { expect, it } from 'vitest';
import { firstIdAt } from './chat-retention.ts';

it('the first id of a millisecond lies between the ids of the millisecond before and its own', () => {
  const msecs = Date.UTC(2026, 10, 21, 12);
  const bound = firstIdAt(new Date(msecs));
  expect(v7({ msecs: msecs - 1, seq: 0xffff_ffff, random: new Uint8Array(16).fill(255) }) < bound).toBe(true);
  expect(v7({ msecs, seq: 0, random: new Uint8Array(16) }) >= bound).toBe(true);
});
