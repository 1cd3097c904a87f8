/**
 * `./fanfare soak slow`: a hundred clients stop reading in a busy room, again and again, and a count changes a thousand
 * times a second; each may cost no more than its cap, and nobody else may notice.
 */
import { soakSlow } from '@fanfare/gateway/soak-slow';
import { type Arguments, wholeNumber } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

const DEFAULT_SECONDS = 60;
/** Measure 21: stalled clients, what each may keep waiting, and by how much memory and the others' p99 may grow. */
const STALLED = { stalled: 100, capBytes: 2 ** 20, limits: { p99Growth: 0.1, memoryGrowth: 0.1 } } as const;
/** 400 KB a second for everybody: what the kernel takes in beside the cap is full within seconds. */
const ROOM = { healthy: 50, perSecond: 100, messageBytes: 4096, readingMs: 8000 } as const;
/** Measure 22. */
const CONFLATED = { secondsEach: 5, updatesPerSecond: 1000, othersPerSecond: 30, framesMost: 20 } as const;

export async function run(args: Arguments): Promise<ExitCode> {
  const seed = wholeNumber(args, 'seed', Date.now() % 1_000_000);
  const seconds = wholeNumber(args, 'seconds', DEFAULT_SECONDS);
  const report = (line: string): void => console.error(line);
  report(`seed ${seed}, ${seconds} s`);
  const result = await soakSlow({ stalled: { seed, seconds, ...STALLED, ...ROOM }, conflated: CONFLATED, report });
  if (args.flag('json')) console.log(JSON.stringify({ seed, ...result }));
  else for (const line of [...summary(result), ...result.problems]) console.log(line);
  return result.ok ? EXIT.ok : EXIT.failed;
}

function summary({ stalled, conflated }: Awaited<ReturnType<typeof soakSlow>>): readonly string[] {
  const { alone, beside_others: beside } = conflated;
  return [
    `${alone.updates_per_second} counts a second became ${alone.frames_per_second} frames, and ${beside.frames_per_second} beside ${beside.others} others, of which ${beside.others_shown} were shown`,
    `${stalled.rounds.length} rounds of ${stalled.stalled} stalled clients, ${stalled.rounds.map(({ cut }) => cut).join(', ')} cut`,
    `p99 of the others ${stalled.p99_all_read_ms} ms while all read, ${stalled.p99_beside_stalled_ms} ms beside the stalled`,
    `memory grew by ${stalled.memory_growth_mb} MB at most, ${stalled.memory_growth_allowed_mb} MB were allowed; ${stalled.in_use_before_mb} MB were in use before, ${stalled.in_use_after_mb} MB after`,
  ];
}
