/** Merging of views beside the ledger that goes on: every view is shown once, and outbox ids stay without a gap. */
import { randomUUID } from 'node:crypto';
import { events } from '@fanfare/contracts';
import type { PointsMerged } from '@fanfare/contracts/economy/event/v1/economy_events';
import { type Database, openDatabase } from '@fanfare/database';
import { silentLogger, systemClock } from '@fanfare/kit';
import { decodeBody } from '@fanfare/messaging';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { issuance, userAccount } from '../src/ledger/accounts.ts';
import { mergeDueViews } from '../src/points/merge-views.ts';
import { insertViewNotices, type ViewNotice } from '../src/points/view-notices.ts';
import { announceNotices } from '../src/posting/announce-notices.ts';
import { verifyLedger } from '../src/proof/verify.ts';
import { command, grant, move, testLedger } from './ledger.ts';

const ledger = testLedger();
let database: Database;

beforeAll(() => {
  database = openDatabase({ url: ledger.database.url, poolSize: 8, log: silentLogger });
});
afterAll(() => database.stop?.());
beforeEach(async () => {
  await ledger.sql('delete from platform.outbox');
});

const view = (more: Partial<ViewNotice> = {}): ViewNotice => ({
  journalId: randomUUID(),
  userId: 789n,
  videoId: '456',
  videoTitle: 'Amazing Dance',
  minor: 10n,
  totalViews: 0n,
  postedAt: new Date(),
  ...more,
});
const earn = (userId: bigint, minor: bigint) =>
  command(move(issuance('POINT'), userAccount(userId, 'POINT'), minor), { userId });
const note = (views: readonly ViewNotice[]): Promise<void> => insertViewNotices(database, views);
const merge = (waitMs = 0): Promise<number> => mergeDueViews(database, systemClock, waitMs);

async function announced(): Promise<readonly PointsMerged[]> {
  const rows = await ledger.sql<{ payload: string }>(
    'select payload::text as payload from platform.outbox where subject = $1 order by id',
    [events.pointsMerged.subject],
  );
  return rows.map(({ payload }) => decodeBody(events.pointsMerged, payload));
}

describe('merging views', () => {
  it('sums them up by creator and video, with the title of the last and the balance of the moment', async () => {
    const at = (second: number): Date => new Date(Date.UTC(2026, 10, 21, 12, 0, second));
    // The views, and what else the first one has earned since.
    await ledger.engine.post(earn(789n, 140n), 0);
    await ledger.engine.post(earn(790n, 10n), 0);
    await ledger.sql('delete from platform.outbox');
    await note([
      view({ postedAt: at(3), videoTitle: 'Renamed' }),
      view({ postedAt: at(2) }),
      view({ postedAt: at(1) }),
      view({ videoId: '457', postedAt: at(4) }),
      view({ userId: 790n, postedAt: at(5) }),
    ]);
    expect(await merge()).toBe(3);
    expect(await announced()).toMatchObject([
      { userId: 789n, videoId: '456', views: 3n, minor: 30n, videoTitle: 'Renamed', balanceAfterMinor: 130n },
      { userId: 789n, videoId: '457', views: 1n, minor: 10n, balanceAfterMinor: 140n },
      { userId: 790n, videoId: '456', views: 1n, minor: 10n, balanceAfterMinor: 10n },
    ]);
    expect(await merge()).toBe(0);
  });

  it('tells the most views that any of them told, and none when none did', async () => {
    const told = (videoId: string, ...counts: bigint[]) => counts.map((totalViews) => view({ videoId, totalViews }));
    await note([...told('counted', 41n, 43n, 0n, 42n), ...told('not counted', 0n, 0n)]);
    await merge();
    expect(await announced()).toMatchObject([
      { videoId: 'counted', views: 4n, totalViews: 43n },
      { videoId: 'not counted', views: 2n, totalViews: 0n },
    ]);
  });

  it('takes a view that is noted twice for one', async () => {
    const once = view();
    await note([once]);
    await note([once, view()]);
    await merge();
    expect((await announced()).map(({ views }) => views)).toEqual([2n]);
  });

  it('waits until the oldest has waited, and then takes the youngest along', async () => {
    await note([view()]);
    expect(await merge(60_000)).toBe(0);
    await note([view({ postedAt: new Date(Date.now() - 61_000) })]);
    // By position the fresh one is the oldest; it decides.
    expect(await merge(60_000)).toBe(0);
    await ledger.sql("update view_notices set created_at = created_at - interval '61 s'");
    await note([view()]);
    expect(await merge(60_000)).toBe(1);
    expect((await announced()).map(({ views }) => views)).toEqual([3n]);
  });

  it('loses and doubles none when several replicas merge at once, over more videos than fit into one transaction', async () => {
    const videos = Array.from({ length: 1300 }, (_, n) => `video-${n}`);
    await note(videos.flatMap((videoId) => [view({ videoId }), view({ videoId })]));
    await Promise.all([merge(), merge(), merge()]);
    const sums = new Map<string, bigint>();
    for (const { videoId, views } of await announced()) sums.set(videoId, (sums.get(videoId) ?? 0n) + views);
    expect(sums).toEqual(new Map(videos.map((videoId) => [videoId, 2n])));
  });

  it('keeps views whose event was not committed', async () => {
    await note([view({ videoId: 'lost' })]);
    const failing: Database = {
      ...database,
      transaction: (work) =>
        database.transaction(async (tx) => {
          await work(tx);
          throw new Error('the process ends here');
        }),
    };
    await expect(mergeDueViews(failing, systemClock, 0)).rejects.toThrow('ends here');
    expect(await announced()).toEqual([]);
    expect(await merge()).toBe(1);
    expect(await announced()).toMatchObject([{ videoId: 'lost', views: 1n }]);
  });

  it('leaves outbox ids without a gap while journals are posted, and the ledger verifies', async () => {
    const before = await outboxId();
    const posting = Promise.all(Array.from({ length: 300 }, () => ledger.engine.post(grant(5n, 1n), 0)));
    for (let round = 0; round < 10; round += 1) {
      await note([view(), view({ videoId: `${round}` })]);
      await merge();
    }
    await posting;
    const rows = await ledger.sql<{ id: string }>('select id from platform.outbox order by id');
    const last = await outboxId();
    expect(rows.map(({ id }) => BigInt(id))).toEqual(
      Array.from({ length: Number(last - before) }, (_, index) => before + BigInt(index + 1)),
    );
    const [head] = await ledger.sql<{ journals: string; counted: string }>(
      'select outbox_id - notices as journals, (select count(*) from journals) as counted from ledger_head',
    );
    expect(head?.journals).toBe(head?.counted);
    expect(await verifyLedger({ databaseUrl: ledger.database.url })).toMatchObject({ ok: true });
  });

  it('gives each event of a video a higher version than the one before', async () => {
    await note([view({ videoId: 'versions' })]);
    await merge();
    await note([view({ videoId: 'versions' })]);
    await merge();
    const rows = await ledger.sql<{ version: string; entity: string }>(
      `select headers::json ->> 'ce-entityversion' as version, headers::json ->> 'ce-subject' as entity
         from platform.outbox where payload::json ->> 'videoId' = 'versions' order by id`,
    );
    expect(rows.map(({ entity }) => entity)).toEqual(['789:versions', '789:versions']);
    expect(BigInt(rows[1]?.version ?? 0)).toBeGreaterThan(BigInt(rows[0]?.version ?? 0));
  });

  it('announces nothing by nothing', async () => {
    const before = await outboxId();
    await database.transaction((tx) => announceNotices(tx, 0, async () => []));
    expect(await outboxId()).toBe(before);
  });
});

async function outboxId(): Promise<bigint> {
  const [row] = await ledger.sql<{ outbox_id: string }>('select outbox_id from ledger_head');
  return BigInt(row?.outbox_id ?? 0);
}
