/** Forgets what nobody can use any more: sessions long over, with their tokens, and failures that count no longer. */
import type { Clock, Logger, Part } from '@fanfare/kit';
import type { PrismaClient } from './generated/prisma/client.ts';
import { ACCOUNT_POLICY } from './throttle.ts';

const EVERY_MS = 10 * 60_000;
/** A statement ends long before its timeout; what is left goes the next time. */
const ROWS_MOST = 5000;

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
  await prisma.session.deleteMany({ where: { expiresAt: { lt: now } }, limit: ROWS_MOST });
  const before = new Date(now.getTime() - ACCOUNT_POLICY.forgetMs);
  await prisma.loginThrottle.deleteMany({ where: { lastFailureAt: { lt: before } }, limit: ROWS_MOST });
}
