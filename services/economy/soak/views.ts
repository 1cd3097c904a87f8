/**
 * A million views of a tenth of a point come to exactly a hundred thousand points. Twenty creators' videos are looked at
 * by people of whom a quarter earn for looking; now and then a view is recorded again, at once or long after, and must
 * never pay again.
 */
import { createMetrics, newId, silentLogger } from '@fanfare/kit';
import { seededRandom, wholeBelow } from '@fanfare/testing/chance';
import pg from 'pg';
import { userAccount } from '../src/ledger/accounts.ts';
import { awardCommands } from '../src/points/award-command.ts';
import type { RecordedEngagement } from '../src/points/parse-engagement.ts';
import { createEngine, type Engine } from '../src/posting/engine.ts';
import { openLedgerSession } from '../src/posting/ledger-session.ts';

export interface ViewSoakOptions {
  /** Of a ledger with the service's tables. What it holds already does not matter. */
  readonly databaseUrl: string;
  readonly views: number;
  /** Decides which views are recorded again, and when. Default 1. */
  readonly seed?: number;
  /** Told now and then how many views have been recorded. */
  readonly onProgress?: (done: number) => void;
}

const CREATORS = 20;
const VIDEOS = 5 * CREATORS;
const FIRST_CREATOR = 1_000_000_001n;
const FIRST_VIEWER = 2_000_000_001n;
/** Every fourth viewer follows enough people to earn. */
const EARNING_VIEWERS = 4;
/** One in ten is recorded a second time right away, and one in ten once more in the end. */
const REPEATED = 10;
/** With their repeats some 300 views; two commands each fit into the engine's queue of 4,096 several times. */
const PAGE = 256;
const PAGES_AT_ONCE = 4;
const QUEUE_SIZE = 4096;
const NO_CAPS = { viewer: 0n, creator: 0n };

/** @returns what is not as promised, at most one problem for each user; empty when all is */
export async function soakViews(options: ViewSoakOptions): Promise<string[]> {
  await using opened = new AsyncDisposableStack();
  const client = new pg.Client({ connectionString: options.databaseUrl });
  await client.connect();
  opened.defer(() => client.end());
  const metrics = createMetrics('economy');
  const engine = createEngine({
    connect: () => openLedgerSession(options.databaseUrl),
    queueSize: QUEUE_SIZE,
    log: silentLogger,
    metrics,
    onPosted: () => {},
  });
  await engine.start?.();
  opened.defer(async () => engine.stop?.());

  const expected = earnings(options.views);
  const before = await balancesOf(client, [...expected.keys()]);
  await record(engine, options);
  const after = await balancesOf(client, [...expected.keys()]);
  return [...expected].flatMap(([userId, minor]) => {
    const earned = (after.get(userId) ?? 0n) - (before.get(userId) ?? 0n);
    return earned === minor ? [] : [`user ${userId} earned ${earned} hundredths of a point, ${minor} expected`];
  });
}

/** The n-th view: each viewer looks at every video once before the next viewer comes. */
const videoOf = (n: number): number => n % VIDEOS;
const viewerOf = (n: number): bigint => FIRST_VIEWER + BigInt(Math.floor(n / VIDEOS));
const creatorOf = (video: number): bigint => FIRST_CREATOR + BigInt(video % CREATORS);
const earns = (viewer: bigint): boolean => viewer % BigInt(EARNING_VIEWERS) === 0n;

/** What everybody earns, by arithmetic of its own. */
function earnings(views: number): ReadonlyMap<bigint, bigint> {
  const sums = new Map<bigint, bigint>();
  const add = (user: bigint, minor: bigint): void => void sums.set(user, (sums.get(user) ?? 0n) + minor);
  for (let n = 0; n < views; n += 1) {
    add(creatorOf(videoOf(n)), 10n);
    if (earns(viewerOf(n))) add(viewerOf(n), 100n);
  }
  return sums;
}

/** Records all views and their repeats, several pages at a time. */
async function record(engine: Engine, { views, seed = 1, onProgress }: ViewSoakOptions): Promise<void> {
  const random = seededRandom(seed);
  // Videos of this run alone, so that nothing recorded by an earlier one is a repeat.
  const run = newId();
  const view = (n: number): RecordedEngagement => recorded(run, n);
  let next = 0;
  let done = 0;

  async function work(): Promise<void> {
    while (next < views) {
      const page = Array.from({ length: Math.min(PAGE, views - next) }, (_, index) => next + index);
      next += page.length;
      const twice = page.filter(() => wholeBelow(REPEATED, random) === 0);
      await post(engine, [...page, ...twice].map(view));
      done += page.length;
      onProgress?.(done);
    }
  }
  await Promise.all(Array.from({ length: PAGES_AT_ONCE }, work));
  for (let from = 0; from < views; from += PAGE * REPEATED) {
    const once = Array.from({ length: Math.ceil(Math.min(PAGE * REPEATED, views - from) / REPEATED) }, () =>
      wholeBelow(views, random),
    );
    await post(engine, once.map(view));
  }
}

const recorded = (run: string, n: number): RecordedEngagement => ({
  engagementId: newId(),
  eventId: newId(),
  action: 'video_viewed',
  actorId: viewerOf(n),
  actorFollowing: earns(viewerOf(n)) ? 100n : 99n,
  creatorId: creatorOf(videoOf(n)),
  creatorFollowers: 1000n,
  videoId: `${run}-${videoOf(n)}`,
  videoTitle: `Video ${videoOf(n)}`,
  totalViews: BigInt(Math.floor(n / VIDEOS) + 1),
  occurredAt: null,
  traceparent: '',
  correlationId: '',
  tenantId: null,
});

async function post(engine: Engine, views: readonly RecordedEngagement[]): Promise<void> {
  const now = new Date();
  const commands = views.flatMap((view) => awardCommands(view, NO_CAPS, now));
  const verdicts = await Promise.all(commands.map(({ command }) => engine.post(command, 0)));
  const refused = verdicts.find(({ type }) => type !== 'accepted');
  if (refused !== undefined) throw new Error(`an award was not accepted: ${JSON.stringify(refused)}`);
}

async function balancesOf(client: pg.Client, users: readonly bigint[]): Promise<ReadonlyMap<bigint, bigint>> {
  const { rows } = await client.query<{ owner_id: string; balance_minor: string }>(
    'select owner_id, balance_minor from accounts where id = any($1::int8[])',
    [users.map((userId) => userAccount(userId, 'POINT'))],
  );
  return new Map(rows.map((row) => [BigInt(row.owner_id), BigInt(row.balance_minor)]));
}
