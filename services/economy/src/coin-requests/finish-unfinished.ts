/** Approvals whose process died between deciding and telling the ledger, or between the ledger's answer and the row. */
import type { Logger } from '@fanfare/kit';
import type { ScheduledJob } from '@fanfare/kit/schedule';
import { type FinishDeps, finishApproval, untilStale } from './finish-approval.ts';
import { findUnfinished } from './request-store.ts';

/** Whoever decides needs a few milliseconds; who takes longer is helped, which does no harm. */
const OLDER_THAN_MS = 10_000;
/** A full page is one batch of the ledger, and the next page comes at once. */
const PAGE = 100;

/** @returns how many were carried to their end; what failed stays and is found again */
export async function finishUnfinished(deps: FinishDeps, log: Logger, olderThanMs = OLDER_THAN_MS): Promise<number> {
  const until = untilStale();
  const found = await findUnfinished(deps.database, olderThanMs, PAGE);
  const results = await Promise.allSettled(found.map((request) => finishApproval(deps, request, until)));
  for (const [index, result] of results.entries()) {
    const coinRequestId = found[index]?.id;
    if (result.status === 'fulfilled') log.info({ coinRequestId, outcome: result.value.type }, 'approval carried on');
    else log.warn({ coinRequestId, err: result.reason }, 'approval not carried on, trying again later');
  }
  return results.filter((result) => result.status === 'fulfilled').length;
}

export const finishCoinRequests = (deps: FinishDeps, log: Logger): ScheduledJob => ({
  name: 'finish-coin-requests',
  cron: '*/10 * * * * *',
  timeZone: 'UTC',
  catchUp: 'once',
  run: async () => ((await finishUnfinished(deps, log)) < PAGE ? 'done' : 'again'),
});
