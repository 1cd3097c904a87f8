/** What clients that read nothing cost, and what the others notice of them. */
import { setTimeout as delay } from 'node:timers/promises';
import { medianOf, percentilesOf, residentBytes } from '@fanfare/testing/measure';
import { CLOSE_CODES } from '../src/socket/close-codes.ts';
import type { Delay } from './fanout.ts';
import { giftBodies } from './gift-message.ts';
import { steady } from './loads.ts';
import { assertComplete, type Scene } from './scene.ts';
import { type GatewaySystem, startGatewaySystem } from './systems.ts';

export interface SlowClients {
  readonly clients: number;
  /** How many of them were cut with SLOW_CONSUMER. */
  readonly cut: number;
  readonly code: number;
  readonly cap_bytes: number;
  /** The most that waited for all of them, as the gateway tells it. */
  readonly queued_bytes: number;
  readonly rss_growth_bytes: number;
  /** All caps and a tenth. */
  readonly rss_growth_most_bytes: number;
  /** From the stall of the first to the end of the last; the kernel's buffers are filled first. */
  readonly seconds: number;
  readonly others: number;
  /** The others' delay: while all read, and while the slow ones do not, until they are cut. */
  readonly others_ms: { readonly before: Delay; readonly during: Delay };
  /** By how much of the p99 of before the one of during is later. */
  readonly others_p99_moved: number;
}

export interface SlowOptions {
  readonly scene: Scene;
  /** Of the window before they stall. */
  readonly seconds: number;
  readonly clients: number;
  /** Each with slow clients of its own; the figures are the worst of them, the delays their medians. */
  readonly rounds: number;
}

/** The default of the gateway. */
const CAP_BYTES = 2 ** 20;
const OTHERS = 50;
const WARM_UP_SECONDS = 2;
const ROOM = 21;
/** 1.1 MB a second to each of them: the cap and the kernel's buffers are full within some seconds. */
const PER_SECOND = 250;
const EXTRA_BYTES = 4000;
const CUT_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;

export async function measureSlow(options: SlowOptions): Promise<SlowClients> {
  const { scene, clients, rounds } = options;
  await using opened = new AsyncDisposableStack();
  const env = { SOCKET_BUFFER_BYTES: String(CAP_BYTES) };
  const system = await startGatewaySystem(scene.fleet, { nodeName: 'slow', env });
  opened.defer(system.stop);
  await enterAll(scene, system, 'others', OTHERS);
  opened.defer(() => scene.load.close('others'));
  const send = sender(system);
  const measured: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    measured.push(await measureRound(options, system, send));
    scene.report(`slow clients: round ${round} of ${rounds}`);
  }
  await system.settled();
  const most = (value: (round: Round) => number): number => Math.max(...measured.map(value));
  const medians = (when: 'before' | 'during'): Delay => ({
    p50: medianOf(measured.map((round) => round[when].p50)),
    p99: medianOf(measured.map((round) => round[when].p99)),
  });
  const [before, during] = [medians('before'), medians('during')];
  return {
    clients,
    cut: Math.min(...measured.map(({ cut }) => cut)),
    code: CLOSE_CODES.SLOW_CONSUMER,
    cap_bytes: CAP_BYTES,
    queued_bytes: most(({ queuedMost }) => queuedMost),
    rss_growth_bytes: most(({ rssGrowth }) => rssGrowth),
    rss_growth_most_bytes: Math.round(clients * CAP_BYTES * 1.1),
    seconds: most(({ seconds }) => seconds),
    others: OTHERS,
    others_ms: { before, during },
    others_p99_moved: during.p99 / before.p99 - 1,
  };
}

interface Round extends Watched {
  readonly rssGrowth: number;
  readonly before: Delay;
  readonly during: Delay;
}

async function measureRound(
  { scene, clients, seconds }: SlowOptions,
  system: GatewaySystem,
  send: () => void,
): Promise<Round> {
  await enterAll(scene, system, 'slow', clients);
  try {
    await window(scene, send, Math.min(WARM_UP_SECONDS, seconds));
    const before = percentilesOf(await window(scene, send, seconds));
    const rss = residentBytes(system.pids[0] ?? 0) ?? Number.NaN;
    const watched = await watch(system, clients);
    await scene.load.stall('slow');
    const delays: number[] = [];
    do delays.push(...(await window(scene, send, 1)));
    while (!watched.isOver());
    const seen = await watched.result;
    return { ...seen, rssGrowth: seen.rssMost - rss, before, during: percentilesOf(delays) };
  } finally {
    await scene.load.close('slow');
  }
}

async function enterAll(scene: Scene, system: GatewaySystem, group: string, count: number): Promise<void> {
  const first = group === 'slow' ? 1000 : 1;
  const clients = await Promise.all(Array.from({ length: count }, (_, index) => system.client(first + index, ROOM)));
  const { ports, readyAt } = system;
  await scene.load.connect({
    group,
    ports,
    readyAt,
    clients,
    atOnce: 20,
    sampleEvery: group === 'others' ? 1 : count + 1,
  });
}

function sender({ publish }: GatewaySystem): () => void {
  const body = giftBodies(EXTRA_BYTES);
  let next = 0;
  return () => publish(ROOM, body(next++));
}

/** @returns the others' delays in milliseconds. @throws when one of them misses something */
async function window({ load }: Scene, send: () => void, seconds: number): Promise<readonly number[]> {
  let sent = 0;
  await load.mark('others');
  await steady(PER_SECOND)(seconds, () => {
    sent += 1;
    send();
  });
  await load.completed({ group: 'others', each: sent, timeoutMs: 10_000 });
  const tally = await load.tally('others');
  assertComplete('beside slow clients', tally, sent);
  return [...tally.delays].map((us) => us / 1000);
}

interface Watched {
  readonly cut: number;
  readonly rssMost: number;
  readonly queuedMost: number;
  readonly seconds: number;
}

/** From now until all are cut, or it has taken too long. */
async function watch({ gateway, pids }: GatewaySystem, clients: number) {
  const cut = (): Promise<number> =>
    gateway.metric('fanfare_socket_disconnects_total', `code="${CLOSE_CODES.SLOW_CONSUMER}"`);
  const cutBefore = await cut();
  let over = false;
  const run = async (): Promise<Watched> => {
    const started = performance.now();
    const seen = { cut: 0, rssMost: 0, queuedMost: 0 };
    while (seen.cut < clients && performance.now() - started < CUT_WITHIN_MS) {
      seen.rssMost = Math.max(seen.rssMost, residentBytes(pids[0] ?? 0) ?? Number.NaN);
      seen.queuedMost = Math.max(seen.queuedMost, await gateway.metric('fanfare_sockets_queued_bytes'));
      seen.cut = (await cut()) - cutBefore;
      await delay(LOOK_EVERY_MS);
    }
    over = true;
    return { ...seen, seconds: (performance.now() - started) / 1000 };
  };
  return { result: run(), isOver: () => over };
}
