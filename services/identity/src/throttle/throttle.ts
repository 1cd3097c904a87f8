/** How fast passwords may be guessed: a count of failures for each account name and for each address, with back-off. */

export interface Throttle {
  readonly failures: number;
  readonly lastFailureAt: Date;
  readonly lockedUntil: Date | null;
}

export interface ThrottlePolicy {
  /** Failures that lock nothing. */
  readonly free: number;
  readonly firstLockMs: number;
  /** Locks double up to this. */
  readonly mostLockMs: number;
  /** Failures count as one series until this long passes without another. */
  readonly forgetMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Per account name: failures 1-4 lock nothing, then 5, 10, 20, 40, 80, 160, 320, 640, 900, 900, ... seconds. That is at
 * most 4 + 8 + 86400 / 900 = 108 guesses on the first day and 96 on each day after it.
 */
export const ACCOUNT_POLICY: ThrottlePolicy = {
  free: 4,
  firstLockMs: 5 * SECOND,
  mostLockMs: 15 * MINUTE,
  forgetMs: 24 * HOUR,
};

/**
 * Per address: many people share one behind a carrier's NAT, so 50 failures are free and a quarter of an hour without
 * one forgets them; then 5, 10, 20, ... 900 seconds as above.
 */
export const ADDRESS_POLICY: ThrottlePolicy = {
  free: 50,
  firstLockMs: 5 * SECOND,
  mostLockMs: 15 * MINUTE,
  forgetMs: 15 * MINUTE,
};

/** Seconds to wait, rounded up, until none of them is locked; 0 when none is. */
export function lockedForSeconds(throttles: readonly Throttle[], now: Date): number {
  const waits = throttles.map(({ lockedUntil }) => (lockedUntil?.getTime() ?? 0) - now.getTime());
  return Math.max(0, ...waits.map((wait) => Math.ceil(wait / SECOND)));
}

export function afterFailure(policy: ThrottlePolicy, earlier: Throttle | null, now: Date): Throttle {
  const remembered = earlier !== null && now.getTime() - earlier.lastFailureAt.getTime() < policy.forgetMs;
  const failures = (remembered ? earlier.failures : 0) + 1;
  const lock = lockMs(policy, failures);
  return { failures, lastFailureAt: now, lockedUntil: lock === 0 ? null : new Date(now.getTime() + lock) };
}

function lockMs({ free, firstLockMs, mostLockMs }: ThrottlePolicy, failures: number): number {
  if (failures <= free) return 0;
  return Math.min(mostLockMs, firstLockMs * 2 ** (failures - free - 1));
}

/**
 * The part of an address that its holder cannot vary at will: all of IPv4, the /64 of IPv6. Null for no address (a
 * call from inside the platform).
 */
export function addressKey(ip: string): string | null {
  const mapped = ip.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  if (mapped === '') return null;
  if (!mapped.includes(':')) return mapped;
  const [head = '', tail] = mapped.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const filled =
    tail === undefined ? groups : [...groups, ...Array(8 - groups.length - after.length).fill('0'), ...after];
  return `${filled
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
