/** What clients that read nothing cost, and what the others notice of them. */
import { setTimeout as delay } from 'node:timers/promises';
import { percentilesOf, residentBytes } from '@fanfare/testing/measure';
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
  const { scene, clients, seconds } = options;
  await using opened = new AsyncDisposableStack();
  const env = { SOCKET_BUFFER_BYTES: String(CAP_BYTES) };
  const system = await startGatewaySystem(scene.fleet, { nodeName: 'slow', env });
  opened.defer(system.stop);
  await enterAll(scene, system, 'others', OTHERS);
  await enterAll(scene, system, 'slow', clients);
  opened.defer(async () => {
    await scene.load.close('others');
    await scene.load.close('slow');
  });
  const send = sender(system);
  scene.report(`${clients + OTHERS} clients read`);
  await window(scene, send, Math.min(WARM_UP_SECONDS, seconds));
  const before = percentilesOf(await window(scene, send, seconds));
  scene.report(`${clients} of them read nothing any more`);
  const rss = residentBytes(system.pids[0] ?? 0) ?? Number.NaN;
  await scene.load.stall('slow');
  const watched = watch(system, clients);
  const delays: number[] = [];
  do delays.push(...(await window(scene, send, 1)));
  while (!watched.isOver());
  const during = percentilesOf(delays);
  const { cut, rssMost, queuedMost, seconds: took } = await watched.result;
  await system.settled();
  return {
    clients,
    cut,
    code: CLOSE_CODES.SLOW_CONSUMER,
    cap_bytes: CAP_BYTES,
    queued_bytes: queuedMost,
    rss_growth_bytes: rssMost - rss,
    rss_growth_most_bytes: Math.round(clients * CAP_BYTES * 1.1),
    seconds: took,
    others: OTHERS,
    others_ms: { before, during },
    others_p99_moved: during.p99 / before.p99 - 1,
  };
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

/** Until all are cut, or it has taken too long. */
function watch({ gateway, pids }: GatewaySystem, clients: number) {
  let over = false;
  const run = async (): Promise<Watched> => {
    const started = performance.now();
    const seen = { cut: 0, rssMost: 0, queuedMost: 0 };
    while (seen.cut < clients && performance.now() - started < CUT_WITHIN_MS) {
      seen.rssMost = Math.max(seen.rssMost, residentBytes(pids[0] ?? 0) ?? Number.NaN);
      seen.queuedMost = Math.max(seen.queuedMost, await gateway.metric('fanfare_sockets_queued_bytes'));
      const label = `code="${CLOSE_CODES.SLOW_CONSUMER}"`;
      seen.cut = await gateway.metric('fanfare_socket_disconnects_total', label);
      await delay(LOOK_EVERY_MS);
    }
    over = true;
    return { ...seen, seconds: (performance.now() - started) / 1000 };
  };
  return { result: run(), isOver: () => over };
}
