/**
 * Rate limits that hold over all gateways: the buckets are in Redis and change in one script. Redis is never waited
 * for: while it is away or slow everything passes, and is counted, because a limit protects and must not take down.
 */
import type { Logger, Part } from '@fanfare/kit';
import { Redis, type Result } from 'ioredis';
import { Counter, type Registry } from 'prom-client';
import { errors } from '../errors.ts';
import type { Policy } from './policies.ts';
import type { Verdict } from './token-bucket.ts';

export interface Limiter extends Part {
  /** Takes `cost` (default 1) from the bucket of `key` under the policy. Never throws. */
  readonly take: (policy: Policy, key: string, cost?: number) => Promise<Verdict>;
}

export interface LimiterOptions {
  readonly redisUrl: string;
  readonly log: Logger;
  readonly metrics: Registry;
  /** How long Redis may take before a request passes unchecked. */
  readonly answerMs?: number;
}

/** Same arithmetic as `token-bucket.ts`. A bucket that would be full again has expired, which is the same. */
const SCRIPT = `
local capacity, rate, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local saved = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(saved[1]) or capacity, tonumber(saved[2]) or now
tokens = math.min(capacity, tokens + math.max(0, now - at) * rate / 1000)
local allowed = tokens >= cost
if allowed then tokens = tokens - cost end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(math.max(now, at)))
redis.call('PEXPIRE', KEYS[1], math.ceil((capacity - tokens) * 1000 / rate) + 1)
return {allowed and 1 or 0, math.floor(tokens), allowed and 0 or math.ceil((cost - tokens) * 1000 / rate)}`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    takeTokens(key: string, capacity: number, perSecond: number, cost: number): Result<number[], Context>;
  }
}

/** A limit that takes longer than this to ask is not asked: a hundred times what Redis needs. */
const ANSWER_MS = 100;

const OPEN: Verdict = { allowed: true, remaining: Number.MAX_SAFE_INTEGER, retryAfterMs: 0 };

/** Has a connection of its own, because it must fail at once where others would wait for Redis to come back. */
export function createLimiter({ redisUrl, log, metrics, answerMs = ANSWER_MS }: LimiterOptions): Limiter {
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: answerMs,
    retryStrategy: (attempt) => Math.min(attempt * 50, 500),
  });
  redis.defineCommand('takeTokens', { numberOfKeys: 1, lua: SCRIPT });
  // The same error comes with every attempt to connect; the metric says how long it lasted.
  redis.on('error', (error) => log.debug({ err: error }, 'rate limits: redis'));
  const refused = new Counter({
    name: 'fanfare_limits_refused_total',
    help: 'Requests refused by a rate limit',
    labelNames: ['policy'],
    registers: [metrics],
  });
  const unchecked = new Counter({
    name: 'fanfare_limits_unchecked_total',
    help: 'Requests that passed without a check because Redis did not answer',
    labelNames: ['policy'],
    registers: [metrics],
  });

  return {
    name: 'limiter',
    start: async () => {
      await redis.connect().catch((error: unknown) => log.warn({ err: error }, 'rate limits start without redis'));
    },
    stop: async () => redis.disconnect(),
    take: async (policy, key, cost = 1) => {
      if (policy.capacity === Number.POSITIVE_INFINITY) return OPEN;
      try {
        const name = `limit:${policy.name}:${key}`;
        const [allowed, remaining = 0, wait = 0] = await redis.takeTokens(
          name,
          policy.capacity,
          policy.perSecond,
          cost,
        );
        if (allowed !== 1) refused.inc({ policy: policy.name });
        return { allowed: allowed === 1, remaining, retryAfterMs: wait };
      } catch (error) {
        log.debug({ err: error, policy: policy.name }, 'rate limit not checked');
        unchecked.inc({ policy: policy.name });
        return OPEN;
      }
    },
  };
}

/** @throws RATE_LIMITED with `retryAfterMs` and the policy's name, unless the verdict allows */
export function enforce(policy: Policy, verdict: Verdict): void {
  if (verdict.allowed) return;
  throw errors.RATE_LIMITED({ retryAfterMs: String(verdict.retryAfterMs), limit: policy.name });
}
