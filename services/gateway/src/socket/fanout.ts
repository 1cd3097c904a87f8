/**
 * When queues are flushed: one clock for the whole gateway. The first message after a quiet spell goes out in the turn
 * in which it came; while messages keep coming, flushes are some milliseconds apart, so that each writes several
 * messages at once. That window is what makes a busy room cheap; idle rooms pay nothing.
 */
import type { Clock } from '@fanfare/kit';
import type { Reading } from '../edge/reading.ts';

/** Told once for each time that it asked. */
export interface Queue {
  readonly flushSoon: () => void;
  readonly flushLater: () => void;
}

export interface Fanout {
  /** For messages that each matter. */
  readonly soon: (queue: Queue) => void;
  /** For messages of which the next one replaces this one: at most 20 a second. */
  readonly later: (queue: Queue) => void;
}

/** At 1,500 messages a second to one room, a dozen for each write; `./fanfare bench edge` has what that saves. */
export const FLUSH_WINDOW_MS = 8;
export const CONFLATE_WINDOW_MS = 50;

type Window = Pick<Reading, 'hold' | 'resume'>;

/** @param reading of the bus, which is held while a flush of what matters is waited for */
export function createFanout(clock: Clock, reading: Window): Fanout {
  return {
    soon: spaced(clock, FLUSH_WINDOW_MS, (queue) => queue.flushSoon(), reading),
    later: spaced(clock, CONFLATE_WINDOW_MS, (queue) => queue.flushLater(), NEVER_HELD),
  };
}

export const NEVER_HELD: Window = { hold: () => {}, resume: () => {} };

/**
 * A thousand writes take some milliseconds. Between so many of them what has come meanwhile is read, so that it rides
 * along with the rest, and nobody else waits for all of them.
 */
const FLUSHES_AT_ONCE = 64;

/**
 * Flushes what it is given, together, and not again for `windowMs`. A window in which something came is followed by the
 * next one at once; the bus is read at its end.
 */
function spaced(
  clock: Clock,
  windowMs: number,
  flush: (queue: Queue) => void,
  reading: Window,
): (queue: Queue) => void {
  let due: Queue[] = [];
  let lastRun = Number.NEGATIVE_INFINITY;
  let state: 'quiet' | 'window' | 'flushing' = 'quiet';

  function begin(isFirst: boolean): void {
    const queues = due;
    due = [];
    state = 'flushing';
    run(queues, 0, isFirst);
  }

  function run(queues: readonly Queue[], from: number, isFirst: boolean): void {
    const end = Math.min(from + FLUSHES_AT_ONCE, queues.length);
    for (const queue of queues.slice(from, end)) flush(queue);
    if (end < queues.length) {
      setImmediate(run, queues, end, isFirst);
      return;
    }
    lastRun = clock.monotonic();
    if (due.length > 0 || !isFirst) openWindow(windowMs);
    else state = 'quiet';
  }

  function openWindow(milliseconds: number): void {
    state = 'window';
    reading.hold();
    // A timer cuts off the fraction, and would come too soon.
    setTimeout(closeWindow, Math.ceil(milliseconds));
  }

  /** What has come to the socket is read before the immediate runs. */
  function closeWindow(): void {
    reading.resume();
    setImmediate(endWindow);
  }

  function endWindow(): void {
    if (due.length > 0) begin(false);
    else state = 'quiet';
  }

  return (queue) => {
    if (due.push(queue) > 1 || state !== 'quiet') return;
    const wait = lastRun + windowMs - clock.monotonic();
    if (wait > 0) openWindow(wait);
    else process.nextTick(begin, true);
  };
}
