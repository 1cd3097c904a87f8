/**
 * Whether the hot path stays fast while the tables grow from nothing to millions without anybody telling the planner:
 * they are vacuumed while empty, and then neither vacuumed nor analyzed. One engine goes through all of it, with the
 * plans that it made in the beginning.
 */
import pg from 'pg';
import type { LedgerCommand } from '../src/ledger/command.ts';
import type { Engine } from '../src/posting/engine.ts';
import { readTrialBalance } from '../src/proof/trial-balance.ts';
import { verifyLedger } from '../src/proof/verify.ts';
import type { BenchContext } from './bench-context.ts';
import { buildHistory } from './build-history.ts';
import { ROUNDS, summaryOf } from './callers.ts';
import { createLedger, fund, openEngine, postAccepted } from './ledger-database.ts';
import type { Sample } from './load.ts';
import { measureStatementPage, type StatementPage } from './statement-page.ts';

export interface GrowthStep {
  readonly gifts_per_second: number;
  /** To the first step. */
  readonly ratio: number;
  /** In the ledger when the step began. */
  readonly journals: number;
  readonly entries: number;
}

export interface Growth {
  readonly steps: Readonly<Record<string, GrowthStep>>;
  readonly build: { readonly seconds: number; readonly entries: number; readonly entries_per_second: number };
  readonly verify: { readonly seconds: number; readonly entries: number; readonly entries_per_second: number };
  /** At the end, of the account that every gift has an entry in. */
  readonly statement_page: StatementPage;
  readonly zero_sum: boolean;
  readonly first_problem: string | null;
}

export interface GrowthOptions {
  readonly bench: BenchContext;
  readonly next: () => LedgerCommand;
  /** In the end, about; at least as many as the funding needs. */
  readonly entries: number;
  readonly onProgress: (what: string, done: number, total: number) => void;
}

const CALLERS = 64;
const LEGS = 4;
/** Measure 10's step between nothing and all. */
const MIDDLE_JOURNALS = 1_000_000;
const POSTED = ['accounts', 'journals', 'entries', 'batches'];

export async function measureGrowth({ bench, next, entries, onProgress }: GrowthOptions): Promise<Growth> {
  await using opened = new AsyncDisposableStack();
  const databaseUrl = await createLedger(bench.serverUrl, 'growth');
  await withClient(databaseUrl, async (client) => {
    await client.query(`vacuum analyze ${[...POSTED, 'ledger_head', 'refusals', 'platform.outbox'].join(', ')}`);
    for (const table of POSTED) await client.query(`alter table ${table} set (autovacuum_enabled = false)`);
  });
  const { engine, stop } = await openEngine(databaseUrl);
  opened.defer(stop);
  await fund(engine);

  const steps: Record<string, GrowthStep> = {};
  const build = { seconds: 0, entries: 0 };
  const measure = async (name: string): Promise<void> => {
    steps[name] = await measureStep(bench, databaseUrl, engine, next, Object.values(steps)[0]);
    bench.report(`growth, ${name}: ${steps[name].gifts_per_second} gifts/s`);
  };
  const grow = async (journals: number): Promise<void> => {
    const before = await sizeOf(databaseUrl);
    const began = performance.now();
    await buildHistory({ databaseUrl, journals, next, onProgress: (done, all) => onProgress('build', done, all) });
    build.seconds += (performance.now() - began) / 1000;
    build.entries += (await sizeOf(databaseUrl)).entries - before.entries;
  };

  await measure('empty_vacuumed');
  const funded = await sizeOf(databaseUrl);
  const last = funded.journals + Math.max(0, Math.round((entries - funded.entries) / LEGS));
  const middle = Math.min(MIDDLE_JOURNALS, Math.round(funded.journals + (last - funded.journals) * 0.4));
  for (const [name, journals] of [
    [`journals_${middle}`, middle],
    [`entries_${entries}`, last],
  ] as const) {
    await grow(journals);
    await measure(name);
  }
  const page = await measureStatementPage(databaseUrl);
  const proof = await prove(databaseUrl, (done, all) => onProgress('verify', done, all));
  return {
    steps,
    build: { ...build, entries_per_second: Math.round(build.entries / build.seconds) },
    verify: proof.verify,
    statement_page: page,
    zero_sum: proof.zeroSum,
    first_problem: proof.firstProblem,
  };
}

async function measureStep(
  bench: BenchContext,
  databaseUrl: string,
  engine: Engine,
  next: () => LedgerCommand,
  first: GrowthStep | undefined,
): Promise<GrowthStep> {
  const size = await sizeOf(databaseUrl);
  const samples: Sample[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    samples.push(await bench.window(databaseUrl, CALLERS, () => postAccepted(engine, next())));
  }
  const rate = Math.round(summaryOf(samples).giftsPerSecond);
  return { gifts_per_second: rate, ratio: first === undefined ? 1 : rate / first.gifts_per_second, ...size };
}

export interface Proof {
  /** Both trial balances are zero and `verify` found nothing, over the same journals and entries. */
  readonly zeroSum: boolean;
  readonly firstProblem: string | null;
  readonly verify: { readonly seconds: number; readonly entries: number; readonly entries_per_second: number };
}

/** Of a ledger that nobody posts to. */
export async function prove(databaseUrl: string, onProgress: (done: number, total: number) => void): Promise<Proof> {
  const trial = await withClient(databaseUrl, readTrialBalance);
  const began = performance.now();
  const verified = await verifyLedger({ databaseUrl, onProgress });
  const seconds = (performance.now() - began) / 1000;
  const zero = [...trial.accounts, ...trial.entries].every((sum) => sum === 0n);
  const same = Number(trial.journals) === verified.journals && Number(trial.entryCount) === verified.entries;
  return {
    zeroSum: verified.ok && zero && same,
    firstProblem: verified.firstProblem ?? (zero && same ? null : 'the trial balance and verify do not agree'),
    verify: { seconds, entries: verified.entries, entries_per_second: Math.round(verified.entries / seconds) },
  };
}

async function sizeOf(databaseUrl: string): Promise<{ readonly journals: number; readonly entries: number }> {
  const { journals, entryCount } = await withClient(databaseUrl, readTrialBalance);
  return { journals: Number(journals), entries: Number(entryCount) };
}

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return work(client).finally(() => client.end());
}
