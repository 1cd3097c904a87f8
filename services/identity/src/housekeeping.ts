/** Forgets what nobody can use any more: sessions long over, with their tokens, and failures that count no longer. */
import type { Clock, Logger, Part } from '@fanfare/kit';
import type { PrismaClient } from './generated/prisma/client.ts';
import { ACCOUNT_POLICY } from './throttle/throttle.ts';

const EVERY_MS = 10 * 60_000;
/** A session takes its tokens with it, up to 2,900 of them: 200 are gone long before the statement's timeout. */
const SESSIONS_MOST = 200;
const THROTTLES_MOST = 5000;
/** What is left goes the next time. */
const STEPS_MOST = 100;

export interface HousekeepingOptions {
  readonly prisma: PrismaClient;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Replicas do it side by side: deleting twice deletes nothing. */
export function housekeeping(options: HousekeepingOptions): Part {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  return {
    name: 'housekeeping',
    start: async () => {
      timer = setInterval(() => {
        running = forgetTheOld(options).catch((error: unknown) => {
          options.log.warn({ err: error }, 'housekeeping failed; it is tried again');
        });
      }, EVERY_MS);
    },
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

export async function forgetTheOld({ prisma, clock }: HousekeepingOptions): Promise<void> {
  const now = clock.now();
  const before = new Date(now.getTime() - ACCOUNT_POLICY.forgetMs);
  await inSteps(SESSIONS_MOST, (limit) => prisma.session.deleteMany({ where: { expiresAt: { lt: now } }, limit }));
  await inSteps(THROTTLES_MOST, (limit) =>
    prisma.loginThrottle.deleteMany({ where: { lastFailureAt: { lt: before } }, limit }),
  );
}

async function inSteps(limit: number, remove: (limit: number) => Promise<{ count: number }>): Promise<void> {
  for (let step = 1; step <= STEPS_MOST; step += 1) {
    const { count } = await remove(limit);
    if (count < limit) return;
  }
}
