import { describe, expect, it } from 'vitest';
import { problemsOf, type Told } from '../soak/recovery/judge.ts';
import { soakRecovery } from '../soak/recovery/soak-recovery.ts';
import { Life } from '../soak/recovery/stored.ts';
import { encodePosition } from '../src/edge/position.ts';

const CHANNEL = 'room.1';

/** `m1`, `m2`, ... at these sequences; other names for another life. */
function lifeOf(seqs: readonly number[], name = 'm'): Life {
  const life = new Life();
  for (const seq of seqs) life.note(seq, CHANNEL, `${name}${seq}`);
  return life;
}

const off = (seq: number, name = 'm'): string => encodePosition({ seq, id: `${name}${seq}` });
const event = (seq: number, name = 'm'): Told => ({ kind: 'event', name: 'soak', off: off(seq, name) });
const resync = (seq: number, name = 'm'): Told => ({ kind: 'resync', off: off(seq, name) });
const begins = (seq: number, more: Partial<Extract<Told, { kind: 'begins' }>> = {}): Told => ({
  kind: 'begins',
  asked: null,
  recovered: false,
  off: off(seq),
  life: 0,
  ...more,
});
const resumes = (seq: number, life = 0): Told => begins(seq, { asked: off(seq), recovered: true, life });

const problems = (told: readonly Told[], lives: readonly Life[], mustRecover = false): number =>
  problemsOf(told, { channel: CHANNEL, lives, mustRecover }).length;

describe('the judge of the soak', () => {
  const one = [lifeOf([1, 3, 4, 7, 9])];
  const two = [lifeOf([1, 3, 4]), lifeOf([1, 3, 4, 5], 'n')];

  it('accepts every message once and in order, over resumes and told losses', () => {
    expect(problems([begins(1), event(3), event(4), resumes(4), event(7), resync(7), event(9)], one)).toBe(0);
  });

  it('finds what is missing, doubled, out of order, or shown after an answer that was not a resume', () => {
    expect(problems([begins(1), event(4)], one)).toBe(1);
    expect(problems([begins(1), event(3), event(3)], one)).toBe(1);
    expect(problems([begins(3), event(7), event(4)], one)).toBe(2);
    expect(problems([begins(1), event(3), begins(7), event(4)], one)).toBe(1);
  });

  it('finds a resume from a position of another life, and one that nobody asked for', () => {
    expect(problems([begins(3), event(4), resumes(4, 1), event(5, 'n')], two)).toBe(1);
    expect(problems([begins(3), resync(4, 'n'), event(5, 'n')], two)).toBe(0);
    expect(problems([begins(3), begins(3, { recovered: true })], one)).toBe(1);
  });

  it('lets who stays connected go from the end of one life to the beginning of the next', () => {
    expect(problems([begins(3), event(4), event(1, 'n'), event(3, 'n')], two)).toBe(0);
    expect(problems([begins(3), event(4), event(3, 'n')], two)).toBe(1);
  });

  it('finds a loss that was told without need, and what is shown to who is out', () => {
    expect(problems([begins(1), resync(3)], one, true)).toBe(1);
    expect(problems([begins(1), begins(1, { asked: off(1) })], one, true)).toBe(1);
    expect(problems([begins(1), { kind: 'ends' }, event(3)], one)).toBe(1);
    expect(problems([begins(1), { kind: 'ends' }, resumes(1)], one)).toBe(1);
  });
});

it('nobody misses anything untold while gateways and NATS are killed, history is changed, and translators stop', async () => {
  const limits = { orderSeconds: 4, silenceLimitMs: Number.POSITIVE_INFINITY };
  const result = await soakRecovery({ seed: 2, firstRun: 0, runs: 8, ...limits, report: () => {} });
  expect(result.failures).toEqual([]);
  expect(result.order?.problems).toEqual([]);
  expect(result.counts.recovered).toBeGreaterThan(0);
}, 90_000);
