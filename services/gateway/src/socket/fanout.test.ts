import { systemClock } from '@fanfare/kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFanout, type Fanout, FLUSH_WINDOW_MS, type Queue } from './fanout.ts';

let happened: string[];
let fanout: Fanout;

const queue = (name: string): Queue => ({
  flushSoon: () => void happened.push(name),
  flushLater: () => void happened.push(`${name} later`),
});

const thisTurn = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
const windowEnds = (): void => void vi.advanceTimersByTime(FLUSH_WINDOW_MS + 1);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'performance'] });
  happened = [];
  const reading = { hold: () => void happened.push('held'), resume: () => void happened.push('read') };
  fanout = createFanout(systemClock, reading);
});
afterEach(() => vi.useRealTimers());

describe('what comes after a quiet spell', () => {
  it('is flushed in the same turn, together, and the bus is not held', async () => {
    fanout.soon(queue('a'));
    fanout.soon(queue('b'));
    expect(happened).toEqual([]);
    await thisTurn();
    expect(happened).toEqual(['a', 'b']);
  });

  it('is flushed at once again after the next one', async () => {
    for (const name of ['a', 'b']) {
      fanout.soon(queue(name));
      await thisTurn();
      windowEnds();
    }
    expect(happened).toEqual(['a', 'b']);
  });
});

describe('what comes soon after a flush', () => {
  it('waits for the window to end, with the bus held, which is read before', async () => {
    fanout.soon(queue('first'));
    await thisTurn();
    fanout.soon(queue('a'));
    fanout.soon(queue('b'));
    await thisTurn();
    expect(happened).toEqual(['first', 'held']);
    windowEnds();
    expect(happened.slice(0, 5)).toEqual(['first', 'held', 'read', 'a', 'b']);
  });

  it('is followed by windows for as long as something comes in each', async () => {
    fanout.soon(queue('first'));
    await thisTurn();
    fanout.soon(queue('a'));
    windowEnds();
    expect(happened).toEqual(['first', 'held', 'read', 'a', 'held']);
    fanout.soon(queue('b'));
    windowEnds();
    expect(happened.slice(5)).toEqual(['read', 'b', 'held']);
    windowEnds();
    windowEnds();
    expect(happened.slice(8)).toEqual(['read']);
    fanout.soon(queue('c'));
    await thisTurn();
    expect(happened.slice(9)).toEqual(['c']);
  });
});

it('lets others have a turn between many flushes, and takes what comes meanwhile in the next window', async () => {
  for (let index = 0; index < 200; index += 1) fanout.soon(queue(`${index}`));
  await thisTurn();
  expect(happened).toHaveLength(64);
  fanout.soon(queue('late'));
  vi.advanceTimersToNextTimer();
  expect(happened).toHaveLength(128);
  vi.advanceTimersToNextTimer();
  vi.advanceTimersToNextTimer();
  expect(happened.slice(199)).toEqual(['199', 'held']);
  windowEnds();
  expect(happened.slice(201, 203)).toEqual(['read', 'late']);
});

it('flushes what replaces itself by a clock of its own, without holding the bus', async () => {
  fanout.later(queue('count'));
  await thisTurn();
  fanout.later(queue('count'));
  fanout.soon(queue('gift'));
  await thisTurn();
  windowEnds();
  expect(happened).toEqual(['count later', 'gift']);
  vi.advanceTimersByTime(50);
  expect(happened).toEqual(['count later', 'gift', 'count later']);
});
