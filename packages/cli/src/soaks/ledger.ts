/**
 * `./fanfare soak ledger`: writers that work against each other, freeze and are killed, and a server that is killed;
 * then a million views. No acknowledged payment may be lost or doubled, and a view pays once.
 */
import { soakLedger } from '@fanfare/economy/soak';
import { type Arguments, wholeNumber } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

/** Measure 8: ten minutes without a deadlock, and nobody is held up for longer than this. */
const DEFAULT_SECONDS = 600;
const DELAY_LIMIT_MS = 1500;
const SECONDS_PER_FREEZE = 30;
const SECONDS_PER_KILL = 5;
/** Measure 13: a million in the ten minutes' form. */
const VIEWS_PER_SECOND = 1_000_000 / DEFAULT_SECONDS;

export async function run(args: Arguments): Promise<ExitCode> {
  const seed = wholeNumber(args, 'seed', Date.now() % 1_000_000);
  const seconds = wholeNumber(args, 'seconds', DEFAULT_SECONDS);
  const report = (line: string): void => console.error(line);
  report(`seed ${seed}, ${seconds} s`);
  const result = await soakLedger({
    seed,
    seconds,
    freezes: Math.ceil(seconds / SECONDS_PER_FREEZE),
    kills: Math.max(4, Math.round(seconds / SECONDS_PER_KILL)),
    views: Math.round(seconds * VIEWS_PER_SECOND),
    delayLimitMs: DELAY_LIMIT_MS,
    report,
  });
  if (args.flag('json')) console.log(JSON.stringify({ seed, ...result }));
  else for (const line of [...summary(result), ...result.problems]) console.log(line);
  return result.ok ? EXIT.ok : EXIT.failed;
}

function summary({ journals, acked, deadlocks, freezes, kills, views }: Awaited<ReturnType<typeof soakLedger>>) {
  const longest = Math.max(0, ...freezes.map((each) => each.delay_ms));
  return [
    `${acked} acknowledged payments, ${journals} journals, ${deadlocks} deadlocks`,
    `${freezes.length} writers frozen inside a batch, the others waited ${longest} ms at most`,
    `killed: ${kills.writers} writers, PostgreSQL ${kills.postgres} times`,
    `${views} views awarded`,
  ];
}
