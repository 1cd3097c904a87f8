/**
 * The long proof of the ledger. Four writers in processes of their own, and one here, pay the same twenty people both
 * ways at once:
 *
 *   1. for `seconds`: nothing deadlocks; now and then a writer is frozen while it holds the ledger's head, which
 *      delays the others by a second and commits nothing when it wakes;
 *   2. then writers and PostgreSQL are killed with -9, again and again;
 *   3. then views of videos are awarded, which must come to an exact sum: see views.ts.
 *
 * In the end every acknowledged payment is there exactly once and the ledger verifies.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '@fanfare/testing/chance';
import pg from 'pg';
import { createLedger, openEngine } from '../bench/ledger-database.ts';
import { checkLedger } from './check-ledger.ts';
import { Crew } from './crew.ts';
import { type Freeze, freezeInsideBatch } from './freeze.ts';
import { type PrivateServer, privateServer } from './private-server.ts';
import { type Probe, startProbe } from './probe.ts';
import { postUntilKnown } from './sender.ts';
import { fundings } from './transfers.ts';
import { soakViews } from './views.ts';

export interface SoakOptions {
  /** Decides who is frozen and killed, and when; what the machine makes of it is its own affair. */
  readonly seed: number;
  /** Of the first part. */
  readonly seconds: number;
  readonly freezes: number;
  /** One in four is PostgreSQL's. */
  readonly kills: number;
  readonly views: number;
  /** How long a frozen writer may delay the others; a longer delay is a problem. */
  readonly delayLimitMs: number;
  readonly report: (line: string) => void;
}

export interface SoakResult {
  readonly ok: boolean;
  readonly journals: number;
  readonly acked: number;
  /** Of the first part, by PostgreSQL's own count. */
  readonly deadlocks: number;
  readonly freezes: readonly { readonly delay_ms: number; readonly transaction: string }[];
  readonly kills: { readonly writers: number; readonly postgres: number };
  readonly views: number;
  readonly problems: readonly string[];
}

/** In the ids of payments: what no writer process ever is. */
const PROBE = 0xffff;
const KILLS_PER_POSTGRES = 4;
const BETWEEN_KILLS_MS = [200, 1500] as const;
const FREEZE_PATIENCE_MS = 30_000;
const VIEWS_PER_LINE = 25_600;

/** Runs on a server of its own and leaves nothing behind. @throws when it does not start, or a writer ends by itself */
export async function soakLedger(options: SoakOptions): Promise<SoakResult> {
  await using opened = new AsyncDisposableStack();
  const random = seededRandom(options.seed);
  const server = await privateServer();
  opened.defer(() => server.remove());
  const databaseUrl = await createLedger(server.url, 'soak');
  const { engine, stop } = await openEngine(databaseUrl);
  opened.defer(stop);
  for (const command of fundings()) await postUntilKnown(engine, command);
  const crew = new Crew(databaseUrl, options.seed);
  opened.defer(() => crew.killAll());
  await crew.start();
  const probe = startProbe(engine, PROBE, random);

  const { freezes, deadlocks } = await runUndisturbed(options, server, crew, probe, random);
  const kills = await runKilled(options, server, crew, random);
  const acked = [...(await crew.finish()), probe.acked()];
  await probe.stop();
  const views = await awardViews(databaseUrl, options);
  options.report('verifying');
  const { verified, problems } = await checkLedger(databaseUrl, acked);
  const all = [...problems, ...views, ...problemsOf(freezes, deadlocks, options)];
  return {
    ok: all.length === 0,
    journals: verified.journals,
    acked: acked.reduce((sum, { numbers }) => sum + numbers.length, 0),
    deadlocks,
    freezes,
    kills,
    views: options.views,
    problems: all,
  };
}

async function runUndisturbed(
  { seconds, freezes: count, report }: SoakOptions,
  server: PrivateServer,
  crew: Crew,
  probe: Probe,
  random: () => number,
) {
  const admin = await connectTo(server, 'soak');
  const freezes: SoakResult['freezes'][number][] = [];
  const until = performance.now() + seconds * 1000;
  try {
    for (let freeze = 0; freeze < count; freeze += 1) {
      await delay((random() * (until - performance.now())) / (count - freeze));
      const frozen = await freezeInsideBatch(admin, crew.pick(random), random, FREEZE_PATIENCE_MS);
      if (frozen === null) report('no writer could be frozen inside a batch');
      else freezes.push(await delayBy(frozen, probe, report));
    }
    await delay(Math.max(0, until - performance.now()));
    const { rows } = await admin.query<{ deadlocks: string }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    return { freezes, deadlocks: Number(rows[0]?.deadlocks) };
  } finally {
    await admin.end();
  }
}

/** Lets the probe's payment of that time come to its end first. */
async function delayBy(
  { writer, transaction, stoppedAt, wokenAt }: Freeze,
  probe: Probe,
  report: SoakOptions['report'],
) {
  await delay(500);
  const delayMs = Math.round(probe.longestBetween(stoppedAt, wokenAt));
  report(`writer ${writer} frozen inside a batch: others waited ${delayMs} ms, its transaction: ${transaction}`);
  return { delay_ms: delayMs, transaction };
}

async function runKilled({ kills, report }: SoakOptions, server: PrivateServer, crew: Crew, random: () => number) {
  const done = { writers: 0, postgres: 0 };
  const [shortest, longest] = BETWEEN_KILLS_MS;
  for (let kill = 1; kill <= kills; kill += 1) {
    await delay(shortest + random() * (longest - shortest));
    if (kill % KILLS_PER_POSTGRES === 0) {
      report(`kill ${kill} of ${kills}: PostgreSQL`);
      await server.killAndRestart();
      done.postgres += 1;
    } else {
      const writer = crew.pick(random);
      report(`kill ${kill} of ${kills}: writer ${writer.number} after ${writer.acked.length} payments`);
      await crew.killAndReplace(writer);
      done.writers += 1;
    }
  }
  return done;
}

async function awardViews(databaseUrl: string, { views, seed, report }: SoakOptions): Promise<readonly string[]> {
  if (views === 0) return [];
  const onProgress = (done: number): void => {
    if (done % VIEWS_PER_LINE === 0) report(`${done} of ${views} views`);
  };
  return soakViews({ databaseUrl, views, seed, onProgress });
}

function problemsOf(
  freezes: SoakResult['freezes'],
  deadlocks: number,
  options: Pick<SoakOptions, 'freezes' | 'delayLimitMs'>,
): readonly string[] {
  const late = freezes.filter(({ delay_ms }) => delay_ms > options.delayLimitMs);
  const committed = freezes.filter(({ transaction }) => transaction !== 'aborted');
  return [
    ...(deadlocks === 0 ? [] : [`${deadlocks} deadlocks`]),
    ...(freezes.length === options.freezes ? [] : [`only ${freezes.length} of ${options.freezes} freezes were made`]),
    ...late.map(({ delay_ms }) => `a frozen writer delayed the others by ${delay_ms} ms`),
    ...committed.map(({ transaction }) => `the transaction of a frozen writer was ${transaction} when it woke`),
  ];
}

async function connectTo(server: PrivateServer, database: string): Promise<pg.Client> {
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  return client;
}
