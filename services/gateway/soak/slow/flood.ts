/** One publisher that keeps to a rate: each message on its way a fixed time after the one before, several in flight. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Flood {
  /** Published so far. */
  readonly published: () => number;
  /** Resolves when all are acknowledged. @throws what a publish failed with */
  readonly stop: () => Promise<void>;
}

/** Of what was missed while nothing could run, so much is made up for at once. */
const MADE_UP_MOST = 100;

/** @param publish of the message with this number, 1, 2, 3, ...; calls follow each other in order */
export function startFlood(perSecond: number, publish: (number: number) => Promise<unknown>): Flood {
  const flying = new Set<Promise<unknown>>();
  let published = 0;
  let running = true;
  let failure: unknown = null;

  function next(): void {
    published += 1;
    const acked = publish(published)
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => flying.delete(acked));
    flying.add(acked);
  }

  async function run(): Promise<void> {
    const begun = performance.now();
    let skipped = 0;
    while (running) {
      const due = Math.floor(((performance.now() - begun) * perSecond) / 1000) - published - skipped;
      for (let count = Math.min(due, MADE_UP_MOST); count > 0; count -= 1) next();
      skipped += Math.max(0, due - MADE_UP_MOST);
      await delay(1000 / Math.min(perSecond, 250));
    }
  }

  const ran = run();
  return {
    published: () => published,
    stop: async () => {
      running = false;
      await ran;
      await Promise.all(flying);
      if (failure !== null) throw failure;
    },
  };
}
