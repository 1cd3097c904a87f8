/**
 * `./fanfare soak recovery`: clients come and go while gateways and NATS are killed and history is trimmed, recreated
 * and set back; then translators are killed and stopped. Nobody may miss anything, or see it twice, without being told.
 */
import { soakRecovery } from '@fanfare/gateway/soak-recovery';
import { type Arguments, wholeNumber } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

/** Measure 19. */
const DEFAULT_RUNS = 1000;
/** Measure 20. */
const DEFAULT_ORDER_SECONDS = 60;
const SILENCE_LIMIT_MS = 2000;

/** `--run R` is that one alone, as it was among all of them. */
export async function run(args: Arguments): Promise<ExitCode> {
  const seed = wholeNumber(args, 'seed', Date.now() % 1_000_000);
  const isOne = args.text('run') !== undefined;
  const firstRun = wholeNumber(args, 'run', 0, 0);
  const runs = wholeNumber(args, 'rounds', isOne ? 1 : DEFAULT_RUNS);
  const orderSeconds = wholeNumber(args, 'seconds', isOne ? 0 : DEFAULT_ORDER_SECONDS, 0);
  const report = (line: string): void => console.error(line);
  report(`seed ${seed}, ${runs} runs from ${firstRun} on, ${orderSeconds} s of translators killed and stopped`);
  const silenceLimitMs = SILENCE_LIMIT_MS;
  const result = await soakRecovery({ seed, firstRun, runs, orderSeconds, silenceLimitMs, report });
  if (args.flag('json')) console.log(JSON.stringify({ seed, ...inSnakeCase(result) }));
  else for (const line of summary(seed, result)) console.log(line);
  return result.ok ? EXIT.ok : EXIT.failed;
}

type Result = Awaited<ReturnType<typeof soakRecovery>>;

function inSnakeCase({ counts, order, ...rest }: Result): object {
  const { notRecovered, ...others } = counts;
  const { silencesMs, ...ordered } = order ?? { silencesMs: [] };
  const told = { ...ordered, longest_silence_ms: Math.max(0, ...silencesMs), silences_ms: silencesMs };
  return { ...rest, ...others, not_recovered: notRecovered, order: order === null ? null : told };
}

function summary(seed: number, { runs, seconds, faults, counts, failures, order }: Result): readonly string[] {
  const struck = Object.entries(faults).map(([kind, count]) => `${kind} ${count}`);
  const { messages, shown, recovered, notRecovered, resyncs } = counts;
  return [
    `${runs} runs of seed ${seed} in ${seconds} s, ${failures.length} failed`,
    `${messages} messages published, ${shown} shown`,
    `${recovered} positions resumed, ${notRecovered} not, ${resyncs} losses told to who was connected`,
    `faults: ${struck.join(', ')}`,
    ...failures.flatMap(({ run: number, problems }) => problems.map((problem) => `run ${number}: ${problem}`)),
    ...(order === null ? [] : inWords(order)),
  ];
}

const inWords = ({
  announced,
  killed,
  stopped,
  silencesMs,
  problems,
}: NonNullable<Result['order']>): readonly string[] => [
  `${announced} events announced while translators were killed ${killed} and stopped ${stopped} times; the longest silence was ${Math.max(0, ...silencesMs)} ms`,
  ...problems,
];
