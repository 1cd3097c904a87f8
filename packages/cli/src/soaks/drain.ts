/**
 * `./fanfare soak drain`: gateways are stopped and restarted under load with thousands of clients on them, who must come
 * back no faster than configured and miss nothing; then users are banned, which must close all of their sockets.
 */
import { soakDrain } from '@fanfare/gateway/soak-drain';
import { type Arguments, wholeNumber } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

/** Measure 23 wants 5,000 clients, measure 26 everything closed within a second. */
const CLIENTS = 5000;
const REVOKED_MS = 1000;
/** Clients and gateways share two cores here, on which nobody is punctual. */
const PEAK_SHARE = 1.1;
const DEFAULT_SECONDS = 60;
/** A return costs gateway, NATS and client some 5 ms together: one and a half of two cores. */
const PER_SECOND = 300;
/** 5,000 at that rate take 19 s. */
const SHUTDOWN_TIMEOUT_MS = 30_000;

export async function run(args: Arguments): Promise<ExitCode> {
  const seed = wholeNumber(args, 'seed', Date.now() % 1_000_000);
  const seconds = wholeNumber(args, 'seconds', DEFAULT_SECONDS);
  const report = (line: string): void => console.error(line);
  report(`seed ${seed}, ${seconds} s`);
  const result = await soakDrain({
    seed,
    seconds,
    clients: CLIENTS,
    rooms: 50,
    perSecond: PER_SECOND,
    shutdownTimeoutMs: SHUTDOWN_TIMEOUT_MS,
    loadPerSecond: 50,
    revokedUsers: 100,
    limits: { peakShare: PEAK_SHARE, endedMs: SHUTDOWN_TIMEOUT_MS, revokedMs: REVOKED_MS },
    report,
  });
  if (args.flag('json')) console.log(JSON.stringify({ seed, ...result }));
  else for (const line of [...summary(result), ...result.problems]) console.log(line);
  return result.ok ? EXIT.ok : EXIT.failed;
}

function summary({ clients, drains, revoked, ...seen }: Awaited<ReturnType<typeof soakDrain>>): readonly string[] {
  const slowest = Math.max(...drains.map((drain) => drain.ended_after_ms));
  return [
    `${drains.length} gateways stopped under ${clients} clients, each within ${slowest} ms`,
    ...drains.map(
      (drain) =>
        `  ${drain.clients} sent away, at most ${drain.peak_per_second} back in a second of ${drain.per_second} allowed, all after ${drain.back_after_ms} ms`,
    ),
    `${seen.messages} messages, shown ${seen.shown} times; ${seen.channels_recovered} channels recovered, ${seen.channels_not_recovered} not`,
    `${revoked.users} users banned or revoked: ${revoked.closed} of ${revoked.sockets} sockets closed, the last after ${revoked.longest_ms} ms; ${revoked.others_closed} others`,
  ];
}
