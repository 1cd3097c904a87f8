/**
 * Clients that stop reading in a busy room, among others that go on. In every round they come (again), all read for a
 * while, and then they stall until each is cut; the others are measured in both.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '@fanfare/testing/chance';
import { medianOf, percentilesOf } from '@fanfare/testing/measure';
import type { Fleet } from '../../test/gateway-fleet.ts';
import type { GatewayProcess } from '../../test/gateway-process.ts';
import type { Person, RawClients } from '../../test/raw-clients.ts';
import { preciseNow } from '../../test/raw-tally.ts';
import { startFlood } from './flood.ts';
import { type Memory, megabytes, watchMemory } from './watch.ts';

export interface StalledOptions {
  /** Decides how long each message is. */
  readonly seed: number;
  /** At least two rounds, then as many as fit. */
  readonly seconds: number;
  readonly stalled: number;
  readonly healthy: number;
  /** SOCKET_BUFFER_BYTES of the gateway. */
  readonly capBytes: number;
  readonly perSecond: number;
  /** On average. */
  readonly messageBytes: number;
  /** How long all are measured while they read. */
  readonly readingMs: number;
  readonly limits: {
    /** By how much the others' p99 may grow, and memory beyond what the caps allow, both as a share. */
    readonly p99Growth: number;
    readonly memoryGrowth: number;
  };
  readonly report: (line: string) => void;
}

export interface Round {
  /** What was in use before they came, after garbage was collected. */
  readonly in_use_mb: number;
  readonly cut: number;
  readonly until_all_cut_ms: number;
  /** The others, and the gateway. */
  readonly all_read: Memory & { readonly p99_ms: number };
  readonly beside_stalled: Memory & { readonly p99_ms: number };
}

export interface Stalled {
  readonly stalled: number;
  readonly rounds: readonly Round[];
  readonly p99_all_read_ms: number;
  readonly p99_beside_stalled_ms: number;
  /** Most that a round's peak was above what was usual before it, and what the caps and a share allow. */
  readonly memory_growth_mb: number;
  readonly memory_growth_allowed_mb: number;
  /** What was in use without stalled clients, before the first round and after the last. */
  readonly in_use_before_mb: number;
  readonly in_use_after_mb: number;
  /** What still waited for anybody at the end. */
  readonly queued_at_end_bytes: number;
  readonly problems: readonly string[];
}

const ROOM = 1;
const FIRST_STALLED = 10_001;
const ENTER_PER_SECOND = 500;
const CUT_MOST_MS = 60_000;
const SLOW = ['fanfare_socket_disconnects_total', 'code="4003"'] as const;

/** A gateway, and what of its memory is in use, in bytes, after garbage was collected. */
export interface Watched {
  readonly gateway: GatewayProcess;
  readonly inUse: () => Promise<number>;
}

export async function runStalled(
  options: StalledOptions,
  fleet: Fleet,
  { gateway, inUse }: Watched,
  clients: RawClients,
): Promise<Stalled> {
  await clients.enter(await peopleOf(fleet, gateway, 1, options.healthy, 'healthy'), ENTER_PER_SECOND);
  const random = seededRandom(options.seed);
  const flood = startFlood(options.perSecond, (n) => {
    const text = 'x'.repeat(options.messageBytes * (0.5 + random()));
    return fleet.emit(`room.${ROOM}`, 'chat.message', { n, at: preciseNow(), text });
  });
  const until = performance.now() + options.seconds * 1000;
  const rounds: Round[] = [];
  while (rounds.length < 2 || performance.now() < until) {
    const round = await runRound(options, fleet, { gateway, inUse }, clients, rounds.length);
    options.report(inWords(rounds.length + 1, round));
    rounds.push(round);
  }
  await flood.stop();
  await delay(500);
  const end = { queued: await gateway.metric('fanfare_sockets_queued_bytes'), inUseMb: megabytes(await inUse()) };
  return judged(options, rounds, end, await problemsOfHealthy(clients, options.healthy, flood.published()));
}

async function runRound(
  options: StalledOptions,
  fleet: Fleet,
  { gateway, inUse }: Watched,
  clients: RawClients,
  earlier: number,
): Promise<Round> {
  const { stalled, readingMs } = options;
  const inUseMb = megabytes(await inUse());
  await come(options, fleet, gateway, clients, earlier);
  await clients.takeHappened();
  const allRead = await watchMemory(gateway, delay(readingMs));
  const p99AllRead = await p99Of(clients);
  await clients.stall(idsOf(options));
  const begun = performance.now();
  const cutBefore = stalled * earlier;
  const beside = await watchMemory(gateway, untilCut(gateway, cutBefore + stalled));
  const untilAllCut = performance.now() - begun;
  return {
    in_use_mb: inUseMb,
    cut: (await gateway.metric(...SLOW)) - cutBefore,
    until_all_cut_ms: Math.round(untilAllCut),
    all_read: { ...allRead, p99_ms: p99AllRead },
    beside_stalled: { ...beside, p99_ms: await p99Of(clients) },
  };
}

/** From the second round on they come back from a connection that they do not know has ended. */
async function come(
  options: StalledOptions,
  fleet: Fleet,
  gateway: GatewayProcess,
  clients: RawClients,
  earlier: number,
): Promise<void> {
  const { stalled } = options;
  if (earlier === 0) {
    await clients.enter(await peopleOf(fleet, gateway, FIRST_STALLED, stalled, 'stalled'), ENTER_PER_SECOND);
    return;
  }
  await clients.comeAgain(idsOf(options));
  while (((await clients.counts())['stalled']?.entries ?? 0) < stalled * (earlier + 1)) await delay(50);
}

const idsOf = ({ stalled }: StalledOptions): readonly number[] =>
  Array.from({ length: stalled }, (_, index) => FIRST_STALLED + index);

async function untilCut(gateway: GatewayProcess, total: number): Promise<void> {
  const deadline = performance.now() + CUT_MOST_MS;
  while ((await gateway.metric(...SLOW)) < total && performance.now() < deadline) await delay(250);
}

async function peopleOf(
  fleet: Fleet,
  gateway: GatewayProcess,
  first: number,
  count: number,
  group: 'healthy' | 'stalled',
): Promise<readonly Person[]> {
  const people = Array.from({ length: count }, async (_, index): Promise<Person> => {
    const id = first + index;
    const room = { token: await fleet.roomToken(BigInt(id), ROOM) };
    const token = await fleet.accessToken(id);
    return { id, token, room, ports: [gateway.httpPort], group };
  });
  return Promise.all(people);
}

const p99Of = async (clients: RawClients): Promise<number> => {
  const { delays } = await clients.takeHappened();
  return Math.round(percentilesOf(delays['healthy'] ?? []).p99 * 100) / 100;
};

async function problemsOfHealthy(clients: RawClients, healthy: number, published: number): Promise<readonly string[]> {
  const { healthy: counts } = await clients.counts();
  const shown = counts?.shown['chat.message'] ?? 0;
  const left = Object.values(counts?.left ?? {}).reduce((sum, count) => sum + count, 0);
  return [
    ...(left === 0 ? [] : [`${left} healthy clients lost their connection`]),
    ...(counts?.broken === 0 ? [] : [`${counts?.broken} messages did not come in order`]),
    ...(shown === healthy * published ? [] : [`${shown} of ${healthy * published} messages were shown to the healthy`]),
  ];
}

function judged(
  { stalled, capBytes, limits }: StalledOptions,
  rounds: readonly Round[],
  end: { readonly queued: number; readonly inUseMb: number },
  others: readonly string[],
): Stalled {
  const [first] = rounds;
  if (first === undefined) throw new Error('there was no round');
  const p99AllRead = medianOf(rounds.map(({ all_read }) => all_read.p99_ms));
  const p99Beside = medianOf(rounds.map(({ beside_stalled }) => beside_stalled.p99_ms));
  const caps = megabytes(stalled * capBytes);
  const share = Math.round(first.all_read.usual_mb * limits.memoryGrowth);
  const grew = Math.max(...rounds.map(({ all_read, beside_stalled }) => beside_stalled.peak_mb - all_read.usual_mb));
  const queuedPeak = Math.max(...rounds.map(({ beside_stalled }) => beside_stalled.queued_peak_mb));
  const uncut = rounds.filter(({ cut }) => cut !== stalled);
  return {
    stalled,
    rounds,
    p99_all_read_ms: p99AllRead,
    p99_beside_stalled_ms: p99Beside,
    memory_growth_mb: grew,
    memory_growth_allowed_mb: caps + share,
    in_use_before_mb: first.in_use_mb,
    in_use_after_mb: end.inUseMb,
    queued_at_end_bytes: end.queued,
    problems: [
      ...others,
      ...uncut.map(({ cut }) => `${cut} of ${stalled} stalled clients were cut with the slow code`),
      ...(grew <= caps + share ? [] : [`memory grew by ${grew} MB; ${caps + share} MB were allowed`]),
      ...(queuedPeak <= caps + 1 ? [] : [`${queuedPeak} MB waited for clients whose caps are ${caps} MB together`]),
      ...(end.queued < capBytes ? [] : [`${end.queued} bytes still wait for somebody`]),
      ...(end.inUseMb <= first.in_use_mb + share
        ? []
        : [`memory does not return: ${first.in_use_mb} MB were in use before, ${end.inUseMb} MB after`]),
      ...(p99Beside <= p99AllRead * (1 + limits.p99Growth)
        ? []
        : [`the others' p99 went from ${p99AllRead} to ${p99Beside} ms`]),
    ],
  };
}

const inWords = (number: number, { cut, until_all_cut_ms, all_read, beside_stalled, in_use_mb }: Round): string =>
  `round ${number}: ${cut} cut after ${until_all_cut_ms} ms; p99 of the others ${all_read.p99_ms} ms while all read and ` +
  `${beside_stalled.p99_ms} ms beside; memory ${all_read.usual_mb} MB (${in_use_mb} in use), at most ${beside_stalled.peak_mb} MB, ` +
  `${beside_stalled.queued_peak_mb} MB of it queued`;
