/**
 * Shows creators what views have earned them: not each tenth of a point, but once in a while all views of a video
 * together, at the latest ten seconds after the first of them. Any number of replicas may do it at once.
 */
import { events } from '@fanfare/contracts';
import type { PointsMerged } from '@fanfare/contracts/economy/event/v1/economy_events';
import type { Database } from '@fanfare/database';
import type { Clock, Logger, Part } from '@fanfare/kit';
import { type Announcement, announcement } from '@fanfare/messaging';
import { announceNotices } from '../posting/announce-notices.ts';
import { availablePoints, balancesAfter, dueUpTo, type MergedViews, takeMerged } from './view-notices.ts';

/** Looking every second for views that are 4 s old leaves 5 s of the 10 for the work. */
const WAIT_MS = 4000;
const LOOK_MS = 1000;
/**
 * One transaction: deleting 20,000 rows takes some 50 ms and disturbs nobody; inserting the events of 500 videos holds
 * up the ledger for some 5 ms.
 */
const BOUNDS = { maxRows: 20_000, maxVideos: 500 };

export interface ViewMergerDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  /** Wakes the outbox relay. */
  readonly wake: () => void;
}

/** Merges in the background, first when it starts. Views that wait while it stops are found by another replica. */
export function viewMerger({ database, clock, log, wake }: ViewMergerDeps): Part {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        if ((await mergeDueViews(database, clock, WAIT_MS)) > 0) wake();
      } catch (error) {
        log.warn({ err: error }, 'views were not merged, trying again in a second');
      }
      await clock.sleep(LOOK_MS, stopping.signal);
    }
  }

  return {
    name: 'view merger',
    start: async () => {
      running = run();
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/**
 * Announces every view that waits, once the oldest has waited for `waitMs`. A view and its event leave in one
 * transaction each: none is shown twice or lost.
 * @returns how many events were announced
 */
export async function mergeDueViews(database: Database, clock: Clock, waitMs: number): Promise<number> {
  // What is noted meanwhile is left for the next time, or a busy video would never come to an end.
  const upTo = await dueUpTo(database, waitMs);
  if (upTo === null) return 0;
  for (let announced = 0; ; ) {
    const merged = await database.transaction(async (tx) => {
      const taken = await takeMerged(tx, upTo, BOUNDS);
      const mergedAt = clock.now();
      await announceNotices(tx, taken.length, async (versionOf) => {
        const available = await availablePoints(
          tx,
          taken.map(({ userId }) => userId),
        );
        const balances = balancesAfter(taken, available);
        return taken.map((views, index) => pointsMerged(views, balances[index] ?? 0n, versionOf(index), mergedAt));
      });
      return taken.length;
    });
    if (merged === 0) return announced;
    announced += merged;
  }
}

function pointsMerged(merged: MergedViews, balanceAfterMinor: bigint, version: bigint, mergedAt: Date): Announcement {
  const { userId, videoId, videoTitle, views, minor, totalViews } = merged;
  const message: PointsMerged = {
    userId,
    videoId,
    videoTitle,
    views,
    minor,
    balanceAfterMinor,
    mergedAt,
    totalViews,
  };
  return announcement(events.pointsMerged, message, {
    entityId: `${userId}:${videoId}`,
    entityVersion: version,
    time: mergedAt,
  });
}
