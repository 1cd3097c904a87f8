/**
 * A token bucket: it holds at most `capacity` tokens, refills steadily, and a request takes its cost. So `capacity` is
 * the burst that passes at once and `perSecond` what passes for ever.
 */
export interface Rate {
  readonly capacity: number;
  readonly perSecond: number;
}

export interface Bucket {
  readonly tokens: number;
  /** Milliseconds of any clock that does not go back. */
  readonly at: number;
}

export interface Verdict {
  readonly allowed: boolean;
  /** Whole tokens left. */
  readonly remaining: number;
  /** When the same cost would pass; 0 if it did. */
  readonly retryAfterMs: number;
}

export const fullBucket = (rate: Rate, now: number): Bucket => ({ tokens: rate.capacity, at: now });

/** A refused request takes nothing, so that trying again early does not push the time further away. */
export function take(rate: Rate, bucket: Bucket, cost: number, now: number): { bucket: Bucket; verdict: Verdict } {
  const elapsed = Math.max(0, now - bucket.at);
  const tokens = Math.min(rate.capacity, bucket.tokens + (elapsed * rate.perSecond) / 1000);
  const allowed = tokens >= cost;
  const left = allowed ? tokens - cost : tokens;
  return {
    bucket: { tokens: left, at: Math.max(now, bucket.at) },
    verdict: {
      allowed,
      remaining: Math.floor(left),
      retryAfterMs: allowed ? 0 : Math.ceil(((cost - tokens) * 1000) / rate.perSecond),
    },
  };
}
