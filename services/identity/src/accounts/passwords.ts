/** Passwords as argon2id hashes, made off the main thread and only so many at a time. */
import { commonErrors } from '@fanfare/kit';
import { hash, type Options, verify } from '@node-rs/argon2';

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane; some 20 ms of one core. */
const ARGON2ID: Options = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** At 100 hashes a second on two cores, more than these would wait longer than a caller's 5 s. */
const WAITING_MOST = 512;

export interface Passwords {
  readonly hash: (password: string, remainingMs: RemainingMs) => Promise<string>;
  /**
   * Whether the password is the hash's. Without a hash (no such account) the same work is done and the answer is false,
   * so that the time of an answer tells nothing.
   */
  readonly verify: (hash: string | null, password: string, remainingMs: RemainingMs) => Promise<boolean>;
}

/** How long the caller still waits; null for ever. Whoever has gone costs no hash. */
type RemainingMs = () => number | null;

/** @throws OVERLOADED from its functions when too many wait, DEADLINE_EXCEEDED when the caller is gone */
export function passwords(concurrency: number): Passwords {
  const turn = turns(concurrency);
  // What is hashed does not matter: no answer ever depends on it.
  const dummy = hash('nobody', ARGON2ID);
  // One text can be typed as different code points on different keyboards.
  const bytes = (password: string): string => password.normalize('NFKC');
  return {
    hash: (password, remainingMs) => turn(() => hash(bytes(password), ARGON2ID), remainingMs),
    verify: (stored, password, remainingMs) =>
      turn(async () => {
        const right = await verify(stored ?? (await dummy), bytes(password));
        return right && stored !== null;
      }, remainingMs),
  };
}

/** Runs at most `concurrency` pieces of work at once, in the order in which they came. */
function turns(concurrency: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>, remainingMs: RemainingMs): Promise<T> => {
    if (running >= concurrency) {
      if (waiting.length >= WAITING_MOST) throw commonErrors.OVERLOADED();
      // Whoever ends passes the turn on, so `running` already counts the one that is called here.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      if (remainingMs() === 0) throw commonErrors.DEADLINE_EXCEEDED();
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
