/**
 * A gateway is sent malformed frames of every layer, while others in the same room must not notice. Each must be refused
 * or ignored; the gateway must go on, complain about nothing in its log, and hold no more memory than before.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Fleet, startFleet } from '../../test/gateway-fleet.ts';
import { type BystanderReport, standBy } from './bystanders.ts';
import { COMMAND_LAYERS } from './command-layers.ts';
import { openLane, type Verdict } from './deliver.ts';
import { ENGINE_LAYER } from './engine-layer.ts';
import { type FloodReport, floodProblems, sendFloods } from './floods.ts';
import { type Frame, frameAt, type World } from './frame.ts';
import { ATTACKER, makeWorld, ROOM, refuseEverything } from './make-world.ts';
import { SOCKETIO_LAYERS } from './socketio-layers.ts';
import { type WatchedGateway, watchedGateway } from './watched-gateway.ts';
import { WEBSOCKET_LAYERS } from './websocket-layers.ts';

export interface FuzzOptions {
  readonly seed: number;
  /** The first frame's index. */
  readonly from: number;
  readonly frames: number;
  /** How long each kind of flood lasts at the end, ms; 0 for none. */
  readonly floodMs: number;
  readonly report: (line: string) => void;
}

export interface FuzzResult {
  readonly ok: boolean;
  readonly frames: number;
  readonly outcomes: Readonly<Record<Verdict['outcome'], number>>;
  /** How many frames came to an end in which way: `refused: INVALID_ARGUMENT`. */
  readonly verdicts: Readonly<Record<string, number>>;
  readonly heapBefore: number;
  readonly heapAfter: number;
  readonly bystanders: BystanderReport;
  readonly floods: readonly FloodReport[];
  readonly problems: readonly string[];
}

const LAYERS = [...WEBSOCKET_LAYERS, ENGINE_LAYER, ...SOCKETIO_LAYERS, ...COMMAND_LAYERS];
const LANES = 16;
const BYSTANDERS = 10;
const STREAM_EVERY_MS = 20;
const PROBLEMS_MOST = 50;
/** Code is compiled and caches fill while the first frames come; leaks are looked for after them. */
const WARM_UP_SHARE = 0.2;
const WARM_UP_MOST = 10_000;
/** A run shorter than this says nothing about memory. */
const LEAK_FRAMES_LEAST = 2000;
const GROWTH_MOST = 1.1;
const SETTLE_MOST_MS = 60_000;
/** The limits that a gateway has unless told otherwise; processes of a fleet have none. */
const LIMITED = { RATE_LIMITS: 'connection=300/100' };
const PROGRESS_MS = 5000;

export async function soakFuzz(options: FuzzOptions): Promise<FuzzResult> {
  const folder = mkdtempSync(join(tmpdir(), 'fanfare-fuzz-'));
  const fleet = await startFleet();
  try {
    refuseEverything(fleet);
    const fuzzed = await run(options, fleet, await watchedGateway(fleet, folder, 'fuzzed'));
    if (options.floodMs === 0) return fuzzed;
    const flooded = await flood(options, fleet, await watchedGateway(fleet, folder, 'flooded', LIMITED));
    const problems = [...fuzzed.problems, ...flooded.problems];
    return { ...fuzzed, ...flooded, ok: problems.length === 0, problems };
  } finally {
    await fleet.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function flood({ floodMs, report }: FuzzOptions, fleet: Fleet, gateway: WatchedGateway) {
  report(`floods, ${floodMs} ms each`);
  const token = await fleet.accessToken(ATTACKER);
  const floods = await sendFloods(fleet, gateway, token, floodMs);
  const problems = [...floodProblems(floods), ...gateway.complaints().map(complaint)];
  await settle(gateway, 0, (text) => problems.push(text));
  return { floods, problems };
}

async function run(options: FuzzOptions, fleet: Fleet, gateway: WatchedGateway): Promise<FuzzResult> {
  const { from, frames } = options;
  const world = await makeWorld(fleet, gateway.httpPort);
  const channels = await gateway.metric('fanfare_edge_channels');
  const crowd = await standBy(fleet, gateway.httpPort, ROOM, BYSTANDERS, STREAM_EVERY_MS);
  const log = verdictLog();
  const attack = { options, gateway, world, log };
  const looksForLeaks = frames >= LEAK_FRAMES_LEAST;
  const warmUp = looksForLeaks ? Math.min(WARM_UP_MOST, Math.floor(frames * WARM_UP_SHARE)) : 0;

  await sendFrames(attack, from, from + warmUp);
  await settle(gateway, crowd.count, log.problem);
  const before = log.isAlive() ? await gateway.memory() : null;
  await sendFrames(attack, from + warmUp, from + frames);
  await settle(gateway, crowd.count, log.problem);
  const after = before === null || !log.isAlive() ? before : await memoryAtRest(gateway, before.heapUsed);
  const bystanders = await crowd.finish();
  const heapBefore = before?.heapUsed ?? 0;
  const heapAfter = after?.heapUsed ?? 0;
  if (looksForLeaks && heapAfter > heapBefore * GROWTH_MOST)
    log.problem(`the heap grew from ${heapBefore} to ${heapAfter} bytes`);
  if (log.isAlive()) await expectQuiet(gateway, channels, log.problem);
  for (const line of gateway.complaints()) log.problem(complaint(line));
  const problems = [...log.problems(), ...bystanders.problems];
  return {
    ok: problems.length === 0,
    frames: log.frames(),
    ...log.tally(),
    heapBefore,
    heapAfter,
    bystanders,
    floods: [],
    problems,
  };
}

interface Attack {
  readonly options: FuzzOptions;
  readonly gateway: WatchedGateway;
  readonly world: World;
  readonly log: VerdictLog;
}

const complaint = (line: string): string => `the gateway's log: ${line.slice(0, 500)}`;

/** Several lanes take the next frame in turn; half of them are in the bystanders' room. */
async function sendFrames({ options, gateway, world, log }: Attack, from: number, to: number): Promise<void> {
  const { seed, report } = options;
  const underWay = new Set<number>();
  let next = from;
  let told = performance.now();
  void gateway.ended.then((how) => {
    if (next < to || underWay.size > 0)
      log.died(`the gateway ended (${how}) at one of the frames ${[...underWay].join(', ')}`);
  });

  async function lane(number: number): Promise<void> {
    const { deliver, close } = openLane(gateway.httpPort, world, number % 2 === 0);
    while (next < to && log.isAlive()) {
      const index = next;
      next += 1;
      underWay.add(index);
      const frame = frameAt(LAYERS, seed, index, world);
      const verdict = await deliver(frame).catch(
        (error: unknown): Verdict => ({ outcome: 'failed', how: String(error) }),
      );
      if (log.isAlive()) log.add(index, frame, verdict);
      if (log.isAlive()) underWay.delete(index);
      if (performance.now() - told > PROGRESS_MS) {
        told = performance.now();
        report(`${index - options.from} of ${options.frames} frames`);
      }
    }
    await close();
  }
  await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)));
}

type VerdictLog = ReturnType<typeof verdictLog>;

function verdictLog() {
  const outcomes = { refused: 0, ignored: 0, failed: 0 };
  const verdicts = new Map<string, number>();
  const problems: string[] = [];
  let alive = true;
  const problem = (text: string): void => {
    if (problems.length < PROBLEMS_MOST) problems.push(text);
  };
  return {
    problem,
    problems: () => problems,
    isAlive: () => alive,
    died: (text: string): void => {
      alive = false;
      problem(text);
    },
    frames: () => outcomes.refused + outcomes.ignored + outcomes.failed,
    add: (index: number, { name }: Frame, { outcome, how }: Verdict): void => {
      outcomes[outcome] += 1;
      const key = outcome === 'failed' ? `failed: ${name}` : `${outcome}: ${how}`;
      verdicts.set(key, (verdicts.get(key) ?? 0) + 1);
      if (outcome === 'failed') problem(`frame ${index} (${name}): ${how}`);
    },
    tally: () => ({ outcomes, verdicts: Object.fromEntries([...verdicts].sort(([, a], [, b]) => b - a)) }),
  };
}

/** Waits until the gateway has noticed that the senders are gone. */
async function settle(gateway: WatchedGateway, sockets: number, problem: (text: string) => void): Promise<void> {
  const deadline = performance.now() + SETTLE_MOST_MS;
  for (;;) {
    const left = await gateway.metric('fanfare_sockets').catch(() => null);
    if (left === null || left === sockets) return;
    if (performance.now() > deadline) return problem(`${left} sockets are left of ${sockets}`);
    await delay(100);
  }
}

/** Sessions that never said who they are live for ten seconds; what they hold is no leak. */
async function memoryAtRest(gateway: WatchedGateway, before: number) {
  const deadline = performance.now() + SETTLE_MOST_MS;
  for (;;) {
    const memory = await gateway.memory();
    if (memory.heapUsed <= before * GROWTH_MOST || performance.now() > deadline) return memory;
    await delay(2000);
  }
}

/** Once the bystanders have left, nothing is. */
async function expectQuiet(gateway: WatchedGateway, channels: number, problem: (text: string) => void): Promise<void> {
  await settle(gateway, 0, problem);
  const left = await gateway.metric('fanfare_edge_channels');
  if (left > channels) problem(`${left} channels are left of ${channels}`);
}
