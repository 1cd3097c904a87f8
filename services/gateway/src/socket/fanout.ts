/**
 * When queues are flushed: one clock for the whole gateway. The first message after a quiet spell goes out in the turn
 * in which it came; while messages keep coming, flushes are some milliseconds apart, so that each writes several
 * messages at once. That window is what makes a busy room cheap; idle rooms pay nothing.
 */
import type { Clock } from '@fanfare/kit';

/** Runs once; whoever wants another one asks again then. */
type Flush = () => void;

export interface Fanout {
  /** For messages that each matter. */
  readonly soon: (flush: Flush) => void;
  /** For messages of which the next one replaces this one: at most 20 a second. */
  readonly later: (flush: Flush) => void;
}

/** At 1,500 messages a second to one room, a dozen for each write; `./fanfare bench edge` has what that saves. */
export const FLUSH_WINDOW_MS = 8;
export const CONFLATE_WINDOW_MS = 50;

export function createFanout(clock: Clock, windowMs = FLUSH_WINDOW_MS, conflateMs = CONFLATE_WINDOW_MS): Fanout {
  return { soon: spaced(clock, windowMs), later: spaced(clock, conflateMs) };
}

/**
 * A thousand writes take some milliseconds. Between so many of them what has come meanwhile is read, so that it rides
 * along with the rest, and nobody else waits for all of them.
 */
const FLUSHES_AT_ONCE = 64;

/** Runs what it is given, together, and not again for `windowMs`. */
function spaced(clock: Clock, windowMs: number): (flush: Flush) => void {
  let due: Flush[] = [];
  let lastRun = Number.NEGATIVE_INFINITY;
  let isRunning = false;

  function run(batch: readonly Flush[], from: number): void {
    const end = Math.min(from + FLUSHES_AT_ONCE, batch.length);
    for (let index = from; index < end; index += 1) batch[index]?.();
    if (end < batch.length) {
      setImmediate(run, batch, end);
      return;
    }
    isRunning = false;
    lastRun = clock.monotonic();
    if (due.length > 0) schedule();
  }

  function begin(): void {
    const batch = due;
    due = [];
    isRunning = true;
    run(batch, 0);
  }

  function schedule(): void {
    const wait = lastRun + windowMs - clock.monotonic();
    if (wait <= 0) process.nextTick(begin);
    // A timer cuts off the fraction, and would come too soon.
    else setTimeout(begin, Math.ceil(wait));
  }

  return (flush) => {
    if (due.push(flush) === 1 && !isRunning) schedule();
  };
}
