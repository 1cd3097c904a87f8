/**
 * `./fanfare soak outage`: NATS is killed and frozen, and Redis killed, under gateways full of clients, and each comes
 * back after a while; nobody may be disconnected, and everything must go on by itself.
 */
import { soakOutage } from '@fanfare/gateway/soak-outage';
import { type Arguments, wholeNumber } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

/** Measure 24: away for a minute each, and all goes on within five seconds of the return. */
const DEFAULT_SECONDS = 60;
const LIMITS = { resumedMs: 5000, memoryGrowth: 0.25 } as const;

export async function run(args: Arguments): Promise<ExitCode> {
  const seed = wholeNumber(args, 'seed', Date.now() % 1_000_000);
  const seconds = wholeNumber(args, 'seconds', DEFAULT_SECONDS);
  const report = (line: string): void => console.error(line);
  report(`seed ${seed}, each away for ${seconds} s`);
  const awayMs = seconds * 1000;
  const result = await soakOutage({
    seed,
    awayMs,
    clients: 1000,
    rooms: 20,
    loadPerSecond: 50,
    limits: LIMITS,
    report,
  });
  if (args.flag('json')) console.log(JSON.stringify({ seed, ...result }));
  else for (const line of [...summary(result), ...result.problems]) console.log(line);
  return result.ok ? EXIT.ok : EXIT.failed;
}

function summary({ clients, outages, ...seen }: Awaited<ReturnType<typeof soakOutage>>): readonly string[] {
  return [
    ...outages.flatMap(({ what, answers, ...outage }) => [
      `${what} for ${Math.round(outage.away_ms / 1000)} s: ${outage.disconnects} of ${clients} clients lost their connection, all worked again after ${outage.resumed_after_ms} ms; memory ${outage.memory_before_mb} MB, at most ${outage.memory_peak_mb} MB`,
      `  meanwhile ${Object.entries(answers)
        .map(([outcome, count]) => `${outcome} ${count}`)
        .join(', ')}`,
    ]),
    `${seen.messages} messages, shown ${seen.shown} times; ${seen.channels_recovered} channels recovered, ${seen.channels_not_recovered} not`,
  ];
}
