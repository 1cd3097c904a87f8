/** Milliseconds before the next attempt to reach a server: 100, 200, 400, 800, 1600, 2000, 2000, ... */
export function backoffMs(attempt: number): number {
  return Math.min(100 * 2 ** (attempt - 1), 2000);
}

/** The series a failing event is tried by, before its second to seventh attempt: 6.3 s together. */
const EVENT_RETRIES_MS = [100, 200, 400, 800, 1600, 3200] as const;

/** Milliseconds before a failing event is tried again after `failures` attempts; null when it is given up. */
export function eventRetryMs(failures: number): number | null {
  return EVENT_RETRIES_MS[failures - 1] ?? null;
}
