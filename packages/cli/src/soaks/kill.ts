/**
 * `./fanfare soak kill`: while people send gifts, every process of the platform is killed with -9, again and again, and
 * NATS is frozen for a minute. The supervisor brings back what died. In the end every acknowledged gift must be in the
 * history and in the room exactly once, every wallet must be right to the cent, and the ledger must verify.
 */
import type { Arguments } from '../command-line.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { type Platform, privatePlatform, type Status } from '../private-platform.ts';
import { type GiftTraffic, startGiftTraffic } from './gift-traffic.ts';

export interface KillOptions {
  readonly rounds: number;
  /** How long NATS is frozen once in each round. */
  readonly natsAwayMs: number;
  readonly senders: number;
  readonly report: (line: string) => void;
}

export interface KillResult {
  readonly ok: boolean;
  readonly gifts: number;
  readonly kills: number;
  readonly problems: readonly string[];
}

const INFRASTRUCTURE = ['nats', 'redis', 'postgres'] as const;
/** Long enough for gifts to be under way again. */
const TRAFFIC_MS = 1000;
const READY_TIMEOUT_MS = 60_000;

export async function run(args: Arguments): Promise<ExitCode> {
  const rounds = Number(args.text('rounds') ?? 10);
  if (!Number.isInteger(rounds) || rounds < 1) throw new UsageError('--rounds is a number from 1 on');
  const report = (line: string): void => console.error(line);
  const result = await soakKill({ rounds, natsAwayMs: 60_000, senders: 4, report });
  if (args.flag('json')) console.log(JSON.stringify(result));
  else for (const line of [`${result.gifts} gifts, ${result.kills} kills`, ...result.problems]) console.log(line);
  return result.ok ? EXIT.ok : EXIT.failed;
}

/** Runs on a platform of its own and leaves nothing behind. */
export async function soakKill({ rounds, natsAwayMs, senders, report }: KillOptions): Promise<KillResult> {
  const platform = privatePlatform();
  let traffic: GiftTraffic | undefined;
  const held: string[] = [];
  let kills = 0;
  try {
    const { gateways } = await platform.start('--processes');
    const [url = ''] = gateways;
    traffic = await startGiftTraffic(url, senders);
    for (let round = 1; round <= rounds; round += 1) {
      for (const victim of victimsOf(await becomeReady(platform))) {
        await pause(TRAFFIC_MS);
        report(`round ${round}: kill -9 ${victim.name} after ${traffic.acked().length} gifts`);
        process.kill(victim.pid, 'SIGKILL');
        kills += 1;
        await becomeReady(platform, victim.pid);
      }
      const before = traffic.acked().length;
      await freezeNats(platform, natsAwayMs);
      const meanwhile = traffic.acked().length - before;
      report(`round ${round}: nats was away for ${natsAwayMs} ms, ${meanwhile} gifts meanwhile`);
      if (meanwhile === 0) held.push(`no gift was answered while nats was away for ${natsAwayMs} ms`);
      await becomeReady(platform);
    }
    await pause(TRAFFIC_MS);
    await traffic.stop();
    const problems = [...held, ...(await traffic.problems()), ...(await platform.verify())];
    return { ok: problems.length === 0, gifts: traffic.acked().length, kills, problems };
  } finally {
    traffic?.close();
    await platform.remove();
  }
}

function victimsOf(status: Status): readonly { readonly name: string; readonly pid: number }[] {
  const servers = INFRASTRUCTURE.map((name) => ({ name, pid: status.infrastructure[name].pid }));
  return [...status.services, ...servers].flatMap(({ name, pid }) => (pid === null ? [] : [{ name, pid }]));
}

/** Waits until everything is ready again, and nothing of it runs as `gone`. */
async function becomeReady(platform: Platform, gone?: number): Promise<Status> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const { status } = await platform.status();
    if (status.ready && victimsOf(status).every(({ pid }) => pid !== gone)) return status;
    if (Date.now() > deadline) throw new Error(`not ready again after a minute: ${JSON.stringify(status.services)}`);
    await pause(200);
  }
}

/** Stopped, not killed: the supervisor would bring it back at once. */
async function freezeNats(platform: Platform, milliseconds: number): Promise<void> {
  const { pid } = (await platform.status()).status.infrastructure.nats;
  if (pid === null) throw new Error('nats was not started by this platform');
  process.kill(pid, 'SIGSTOP');
  await pause(milliseconds);
  process.kill(pid, 'SIGCONT');
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
