import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs an assertion again and again until it holds, and resolves to what it returned. For what becomes true by itself
 * soon; the time limit only decides when to give up and is never the thing a test asserts.
 * @throws what the assertion threw last, after `timeoutMs` (default 10 s)
 */
export async function eventually<T>(assertion: () => T | Promise<T>, timeoutMs = 10_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await delay(20);
  }
}
