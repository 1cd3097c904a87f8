import type { Clock } from '@fanfare/kit';
import { fullBucket, type Rate, take, type Verdict } from './token-bucket.ts';

/** The bucket of one socket: lives and dies with the connection, asks nobody. */
export interface ConnectionBucket {
  readonly take: (cost?: number) => Verdict;
}

const OPEN: Verdict = { allowed: true, remaining: Number.MAX_SAFE_INTEGER, retryAfterMs: 0 };

export function connectionBucket(rate: Rate, clock: Clock): ConnectionBucket {
  if (rate.capacity === Number.POSITIVE_INFINITY) return { take: () => OPEN };
  let bucket = fullBucket(rate, clock.monotonic());
  return {
    take: (cost = 1) => {
      const taken = take(rate, bucket, cost, clock.monotonic());
      bucket = taken.bucket;
      return taken.verdict;
    },
  };
}
