/**
 * Concurrent requests ride one round trip instead of each making its own:
 *
 *   idle --item--> in flight --answers--> queue empty ? idle : in flight again, with what has arrived meanwhile
 *
 * One batch is in flight, the next queues. There is no timer: an item that finds the coalescer idle leaves at the end
 * of the current turn, and under load batches grow until they carry what arrives. The queue is bounded; items whose
 * caller has stopped waiting leave it unanswered work.
 */
import { AppError, type Clock, commonErrors } from '@fanfare/kit';

/** The most the ledger and rooms take in one call. */
export const MAX_BATCH = 256;

export interface Waiting<Q> {
  readonly item: Q;
  /** On the monotonic clock, in milliseconds: nobody waits for the answer after this. */
  readonly until: number;
}

export interface CoalescerOptions<Q, A> {
  /** Items that may wait; one more is refused at once. */
  readonly queueLimit: number;
  readonly clock: Clock;
  /**
   * One round trip: an answer for each item, in order. When it throws, a batch is halved until the item that spoils it
   * is alone, so it must be safe to repeat; an error that says "try again" (see KINDS) fails the whole batch instead.
   */
  readonly run: (batch: readonly Waiting<Q>[]) => Promise<readonly A[]>;
  /** Called for every batch, with the milliseconds each of its items has waited. */
  readonly onBatch?: (waitedMs: readonly number[]) => void;
}

/**
 * @returns submits one item and resolves to its answer
 * @throws (from the returned function) OVERLOADED at once when the queue is full, DEADLINE_EXCEEDED when the item is
 * still queued after `until`, and what `run` throws for it
 */
export function coalescer<Q, A>(options: CoalescerOptions<Q, A>): (item: Q, until: number) => Promise<A> {
  type Entry = Waiting<Q> & {
    readonly since: number;
    readonly resolve: (answer: A) => void;
    readonly reject: (error: unknown) => void;
  };
  const { clock, queueLimit } = options;
  let queue: Entry[] = [];
  let running = false;

  /** Answers those whose time is over; nothing was done for them yet. */
  function alive(entries: readonly Entry[]): Entry[] {
    const now = clock.monotonic();
    return entries.filter((entry) => {
      if (entry.until <= now) entry.reject(commonErrors.DEADLINE_EXCEEDED());
      return entry.until > now;
    });
  }

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      const batch = alive(queue.splice(0, MAX_BATCH));
      if (batch.length === 0) continue;
      const now = clock.monotonic();
      options.onBatch?.(batch.map((entry) => now - entry.since));
      await settle(batch);
    }
    running = false;
  }

  /** Brings every entry to an answer. Never rejects. */
  async function settle(batch: readonly Entry[]): Promise<void> {
    try {
      const answers = await options.run(batch);
      if (answers.length !== batch.length) throw new Error(`${answers.length} answers to ${batch.length} items`);
      for (const [index, entry] of batch.entries()) entry.resolve(answers[index] as A);
    } catch (error) {
      if (batch.length === 1 || isPassing(error)) {
        for (const entry of batch) entry.reject(error);
        return;
      }
      const middle = Math.ceil(batch.length / 2);
      await settle(batch.slice(0, middle));
      await settle(batch.slice(middle));
    }
  }

  return (item, until) =>
    new Promise((resolve, reject) => {
      if (queue.length >= queueLimit) queue = alive(queue);
      if (queue.length >= queueLimit) return reject(commonErrors.OVERLOADED());
      queue.push({ item, until, since: clock.monotonic(), resolve, reject });
      if (running) return;
      running = true;
      // In a microtask, so that items submitted together leave together.
      queueMicrotask(() => void drain());
    });
}

/** The other side is away or full: no item is to blame. */
const isPassing = (error: unknown): boolean => error instanceof AppError && error.retryable;
