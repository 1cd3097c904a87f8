/**
 * `./fanfare soak fuzz`: malformed frames of every layer at one gateway, then clients that send as fast as they can. Each
 * must be refused or ignored, nothing may leak, and who behaves must not notice. A frame follows from the seed and its
 * index: `--seed S --from I --frames 1` sends it again, alone.
 */
import { soakFuzz } from '@fanfare/gateway/soak-fuzz';
import { type Arguments, wholeNumber } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

const DEFAULT_FRAMES = 100_000;
const FLOOD_MS = 3000;
const MOST_COMMON = 12;

export async function run(args: Arguments): Promise<ExitCode> {
  const seed = wholeNumber(args, 'seed', Date.now() % 1_000_000);
  const from = wholeNumber(args, 'from', 0, 0);
  const frames = wholeNumber(args, 'frames', DEFAULT_FRAMES);
  const report = (line: string): void => console.error(line);
  report(`seed ${seed}, frames ${from} to ${from + frames - 1}`);
  const floodMs = args.text('from') === undefined ? FLOOD_MS : 0;
  const result = await soakFuzz({ seed, from, frames, floodMs, report });
  if (args.flag('json')) console.log(JSON.stringify({ seed, from, ...result }));
  else for (const line of [...summary(result), ...result.problems]) console.log(line);
  return result.ok ? EXIT.ok : EXIT.failed;
}

function summary({ frames, outcomes, verdicts, ...seen }: Awaited<ReturnType<typeof soakFuzz>>): readonly string[] {
  const { heapBefore, heapAfter, bystanders, floods } = seen;
  const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  return [
    `${frames} frames: ${outcomes.refused} refused, ${outcomes.ignored} ignored, ${outcomes.failed} failed`,
    ...Object.entries(verdicts)
      .slice(0, MOST_COMMON)
      .map(([how, count]) => `  ${String(count).padStart(7)}  ${how}`),
    `heap after warm-up ${megabytes(heapBefore)} MB, at the end ${megabytes(heapAfter)} MB`,
    `others got all ${bystanders.messages} messages; p99 ${bystanders.delayP99Ms} ms`,
    ...floods.map(
      ({ name, sent, cutOff, bystanders: others }) =>
        `a flood of ${name}: ${sent} sent, cut off ${cutOff} times; others p99 ${others.delayP99Ms} ms`,
    ),
  ];
}
