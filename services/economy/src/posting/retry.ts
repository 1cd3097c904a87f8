/** What a failed batch means: whether to send it again, to look for the command the database refuses, or to give up. */
import pg from 'pg';

/**
 * - `again`: another attempt may do better and the connection is fine.
 * - `reconnect`: the connection is lost; if the commit had left, its outcome is unknown until the ids are looked up.
 * - `refused`: this batch cannot be posted, however often it is tried.
 */
export type Failure = 'again' | 'reconnect' | 'refused';

/** Lost a race: unique_violation, deadlock_detected, serialization_failure, lock_not_available, query_canceled. */
const RACES = new Set(['23505', '40P01', '40001', '55P03', '57014']);
/** What a command's own values can cause: cardinality, data, constraints, limits, and what our functions raise. */
const OF_THE_DATA = /^(21|22|23|54|P0)/;

export function failureOf(error: unknown): Failure {
  if (error instanceof NotCommitted) return 'reconnect';
  if (!(error instanceof pg.DatabaseError)) return error instanceof FoldFailure ? 'refused' : 'reconnect';
  const code = error.code ?? '';
  if (RACES.has(code)) return 'again';
  // Everything else is the server's or the session's: shut down, out of something, read-only, a lost privilege.
  return OF_THE_DATA.test(code) ? 'refused' : 'reconnect';
}

/** What the engine does next: send it again (after a pause), halve it, or tell its callers to try again themselves. */
export type Step = 'again' | 'isolate' | 'give_up';

/** Races are lost now and then; a batch that always loses them carries something that the database refuses. */
const MOST_RACES = 5;
/** The callers of a batch have stopped waiting long before. */
const GIVE_UP_AFTER_MS = 15_000;

/** @param races how many attempts of this batch ended `again`, this one included */
export function stepAfter(failure: Failure, races: number, elapsedMs: number): Step {
  if (failure === 'refused' || races >= MOST_RACES) return 'isolate';
  return elapsedMs > GIVE_UP_AFTER_MS ? 'give_up' : 'again';
}

/** What is computed of a batch threw (its keys, the rules, its rows), which is a bug that one command has found. */
export class FoldFailure extends Error {
  override readonly name = 'FoldFailure';
}

/**
 * Nothing of what is computed between the round trips talks to anybody, so whatever it throws is no lost connection and
 * would be thrown again. @throws FoldFailure
 */
export function computed<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new FoldFailure('a batch could not be computed', { cause: error });
  }
}

/** Whatever the server said about it: no command is to blame for that. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';
}

/** The connection has lost its transaction, and the commit said so without an error. */
export class NotCommitted extends Error {
  override readonly name = 'NotCommitted';
}

/** 10, 20, 40, ... 640, 640 milliseconds, each times 0.5 to 1, so that replicas do not come back in step. */
export function pauseMs(attempt: number, random: () => number = Math.random): number {
  return Math.min(10 * 2 ** (attempt - 1), 640) * (0.5 + random() / 2);
}
