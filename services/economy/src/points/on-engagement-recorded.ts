/**
 * Somebody did something with a video: who earns by it is credited. The ledger commits on its own, before this
 * transaction does; when this one is lost the event comes again, and the ledger answers as it did the first time.
 */
import { events } from '@fanfare/contracts';
import { AppError, type Clock, commonErrors, type Logger } from '@fanfare/kit';
import { type Consumer, defineConsumer } from '@fanfare/messaging';
import type { LedgerCommand, Verdict } from '../ledger/command.ts';
import type { Engine } from '../posting/engine.ts';
import { type AwardCommand, awardCommands, cameOf, type DailyCaps } from './award-command.ts';
import type { PointMetrics } from './metrics.ts';
import { parseEngagement } from './parse-engagement.ts';
import { insertViewNotices, type ViewNotice } from './view-notices.ts';

export interface AwardDeps {
  readonly engine: Pick<Engine, 'post'>;
  readonly caps: DailyCaps;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: PointMetrics;
}

/** 512 commands at most: two batches of the ledger, an eighth of its queue. */
const MAX_BATCH = 256;

export const onEngagementRecorded = (deps: AwardDeps): Consumer =>
  defineConsumer({
    durable: 'economy-engagement',
    event: events.engagementRecorded,
    maxBatch: MAX_BATCH,
    handleBatch: async ({ tx, events: batch }) => {
      const now = deps.clock.now();
      const awards = batch.flatMap(({ message, envelope }) =>
        awardCommands(parseEngagement(message, envelope), deps.caps, now),
      );
      const verdicts = await postAll(
        deps.engine,
        awards.map(({ command }) => command),
      );
      await insertViewNotices(
        tx,
        awards.flatMap((award, index) => settle(deps, award, verdicts[index])),
      );
    },
  });

/**
 * Posts all at once, so that they share batches, and waits for all, so that none is on its way when the event comes
 * again. @throws UNAVAILABLE, which is waited out, when the ledger has no answer or no room
 */
async function postAll(engine: Pick<Engine, 'post'>, commands: readonly LedgerCommand[]): Promise<readonly Verdict[]> {
  const results = await Promise.allSettled(commands.map((command) => engine.post(command, 0)));
  return results.map((result) => {
    if (result.status === 'fulfilled') return result.value;
    const isFull = result.reason instanceof AppError && result.reason.kind === 'exhausted';
    throw isFull ? commonErrors.UNAVAILABLE() : result.reason;
  });
}

/** Of another engagement of the same kind, or over the day's cap: not paid, and no fault of the event. */
const FINAL: ReadonlySet<string> = new Set(['LIMIT_EXCEEDED', 'ID_REUSED']);

/** @returns the view to be shown, if it is one and it is this event's own */
function settle({ log, metrics }: AwardDeps, award: AwardCommand, verdict: Verdict | undefined): readonly ViewNotice[] {
  const { action, minor, userId } = award.award;
  const { eventId, videoId, videoTitle, totalViews } = award.engagement;
  const { journalId } = award.command;
  if (verdict?.type === 'refused') {
    const { reason } = verdict.refusal;
    metrics.judged(action, reason);
    if (!FINAL.has(reason)) throw new Error(`award ${journalId} was refused: ${reason}`);
    // The same actor and video, but another recipient: videos do not change hands.
    if (reason === 'ID_REUSED') log.warn({ journalId, eventId, action }, 'another user was paid for this engagement');
    return [];
  }
  if (verdict?.type !== 'accepted') throw new Error(`award ${journalId} has no verdict`);
  const { receipt } = verdict;
  metrics.judged(action, receipt.repeated ? 'repeated' : 'paid');
  // A repeat is ours when an earlier attempt at this event posted it and was lost before it could note the view.
  if (action !== 'view_received' || !cameOf(receipt.context, eventId)) return [];
  return [{ journalId, userId, videoId, videoTitle, minor, totalViews, postedAt: receipt.postedAt }];
}
